// GET /admin/openapi.json: what this product's HTTP APIs are, as data (OpenAPI 3.1).
import type { Route } from '@cardea/http';
import { plainJson, sendBytes } from '@cardea/http';
import { openApiDocument } from '../openapi/document.js';

export function openApiRoutes(version: string): Route[] {
  const document = Buffer.from(JSON.stringify(openApiDocument(version)));
  const headers = { 'Content-Type': plainJson, 'Cache-Control': 'no-store' };
  return [
    {
      path: '/admin/openapi.json',
      quiet: true,
      get: (_request, response) => sendBytes(response, 200, headers, document),
    },
  ];
}
