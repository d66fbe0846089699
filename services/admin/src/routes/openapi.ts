// GET /admin/openapi.json: what this product's HTTP APIs are, as data (OpenAPI 3.1).
import type { Manner, Route } from '@cardea/http';
import { caching, plainJson, sendBytes } from '@cardea/http';
import { openApiDocument } from '../openapi/document.js';

export function openApiRoutes(version: string, manner: Manner): Route[] {
  const document = Buffer.from(JSON.stringify(openApiDocument(version, manner)));
  return [
    {
      path: '/admin/openapi.json',
      quiet: true,
      get: (request, response) =>
        sendBytes(response, 200, { 'Content-Type': plainJson, ...caching(request) }, document),
    },
  ];
}
