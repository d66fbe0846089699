// Suites about what must hold under all circumstances once more, behind pgbouncer in transaction mode: what they prove, their own
// files say (docs/scaling.md, "A pooler").
process.env['CARDEA_TEST_POOLED'] = '1';

await import('./redemption.test.js');
await import('./authorize/flow-races.test.js');
await import('./storage/families.test.js');
