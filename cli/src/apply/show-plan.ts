// A plan for the eyes, as a diff, and for scripts, as JSON without secrets.
import type { Shown } from '../output/shown.js';
import type { Plan, Step } from './plan.js';

const signs: Readonly<Record<Step['action'], string>> = { create: '+', change: '~', delete: '-' };

function drawPlan({ steps, unchanged }: Plan): string {
  const count = (action: Step['action']) => String(steps.filter((step) => step.action === action).length);
  const lines = steps.flatMap(({ action, kind, name, differences }) => [
    `${signs[action]} ${kind} ${name}`,
    ...differences.map(
      ({ member, now, wanted }) => `    ${member}: ${JSON.stringify(now)} -> ${JSON.stringify(wanted)}`,
    ),
  ]);
  const sum = `${count('create')} to create, ${count('change')} to change, ${count('delete')} to delete, ${String(unchanged)} as they should be`;
  return [...lines, steps.length === 0 ? `no changes: ${sum}` : sum, ''].join('\n');
}

export function showPlan(plan: Plan): Shown {
  const steps = plan.steps.map(({ action, kind, name, differences }) => ({ action, kind, name, differences }));
  return {
    json: { steps, unchanged: plan.unchanged },
    columns: [],
    rows: [],
    ids: steps.map(({ name }) => name),
    remarks: [drawPlan(plan).trimEnd()],
  };
}
