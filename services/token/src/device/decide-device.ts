// How a device flow ends: the consent approves the code, a rejection denies it, and the device learns of either when it polls
// (RFC 8628 §3.5). Hydra keeps a device waiting that was denied.
import type { Authorization } from '@cardea/oauth';
import { OAuthError } from '@cardea/oauth';
import type { AuthorizationContext } from '../authorize/context.js';
import type { DeviceFlow, FlowBody } from '../authorize/flow-body.js';
import { withParameter } from '../authorize/pages.js';
import type { ResumedFlow } from '../authorize/resume.js';
import { spentVerifier } from '../authorize/resume.js';
import type { DeviceCodes } from '../storage/device-codes.js';
import type { FlowProof, FlowRef } from '../storage/flows.js';
import type { GrantRow } from '../storage/grants.js';

/** How a code is approved, and where the browser goes after it. */
export function approveDevice(
  { device }: Pick<AuthorizationContext, 'device'>,
  flow: ResumedFlow,
  { key, expiresAt, scopes, audience }: DeviceFlow,
  grant: GrantRow,
  authorization: Authorization,
): { readonly location: string; readonly approve: () => Promise<boolean> } {
  const { requestedAt } = flow.body.start;
  const body = device.sealBody(key, { scopes, audience, requestedAt, authorization });
  return {
    location: withParameter(device.settings.pages.success, 'client_id', authorization.clientId),
    approve: () => device.codes.approve(flow.ref, flow.proof, grant, { key, expiresAt, body }),
  };
}

/** @throws {OAuthError} always: what the login or consent app said, for the person at the browser */
export async function denyDevice(
  { device }: Pick<AuthorizationContext, 'device'>,
  event: Parameters<DeviceCodes['deny']>[0],
  ref: FlowRef,
  proof: FlowProof,
  { rejection }: FlowBody,
  code: DeviceFlow,
): Promise<never> {
  if (!(await device.codes.deny(event, ref, proof, code))) throw spentVerifier();
  throw new OAuthError(rejection?.error ?? 'access_denied', rejection?.description, { status: 400 });
}
