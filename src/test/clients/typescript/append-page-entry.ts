// Appends an event, finds it in a page and reads the entry that a view made of it, by the types that were generated.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import createClient from 'openapi-fetch';
import type {paths} from './penstock.js';

const client = createClient<paths>({baseUrl: process.argv[2]!});
const id = randomUUID();

const appended = await client.POST('/streams/{stream}/events', {
  params: {path: {stream: 'orders'}},
  headers: {'Content-Type': 'application/cloudevents+json'},
  body: {specversion: '1.0', id, source: '/typescript', type: 'order.placed', subject: id, data: {total: 19.9}},
});
assert.ok(appended.data, JSON.stringify(appended.error));
assert.equal(appended.response.status, 201);
assert.equal(appended.data.events[0]?.duplicate, false);

const page = await client.GET('/streams/{stream}/events', {
  params: {path: {stream: 'orders'}, query: {subject: [id], limit: 10}},
});
assert.ok(page.data, JSON.stringify(page.error));
assert.deepEqual(page.data.events.map(event => [event.id, event.data]), [[id, {total: 19.9}]]);

const entry = await client.GET('/views/{view}/entries/{key}', {
  params: {path: {view: 'open-orders', key: id}, query: {'at-least': appended.data.cursor, wait: '20s'}},
});
assert.ok(entry.data, JSON.stringify(entry.error));
assert.deepEqual(entry.data, {key: id, value: {total: 19.9}});

const unknown = await client.GET('/views/{view}/entries/{key}', {
  params: {path: {view: 'open-orders', key: 'nobody'}},
});
assert.equal(unknown.error?.type, 'urn:penstock:problem:unknown-entry');
