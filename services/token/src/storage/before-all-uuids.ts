// Where reading a table in the order of its UUIDs begins: behind this one, which no row has.

export const beforeAllUuids = '00000000-0000-0000-0000-000000000000';
