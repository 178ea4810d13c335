// What each client is put through. A trial ends with `yes` or with what was seen instead.
import {setTimeout as sleep} from 'node:timers/promises';
import {Link} from './link.mjs';
import {TEXT, until} from './service.mjs';

const YES = 'yes';
const HEARTBEATS_MILLIS = 1_200;
const PATIENCE_MILLIS = 90_000;
const VIEW = 'latest';

/** What a client told, and a way to ask for it. */
class Told {
  all = [];

  /** Data that is no JSON was cut or changed on its way. */
  add(type, data) {
    try {
      this.all.push({type, data: JSON.parse(data)});
    } catch {
      this.unreadable = true;
    }
  }

  of(type) {
    return this.all.filter(one => one.type === type).map(one => one.data);
  }

  get ids() {
    return this.of('message').map(event => event.id);
  }
}

async function seen(told, ...ids) {
  const wanted = ids.map(String);
  await until(() => told.ids.length >= wanted.length);
  // what comes twice comes late
  await sleep(300);
  const found = told.ids;
  return told.unreadable ? 'data that is no JSON'
    : `${found}` === `${wanted}` ? YES
    : new Set(found).size < found.length ? `repeats: ${found}`
    : `misses: ${found} of ${wanted}`;
}

async function ofStream(client, service, stream, result) {
  const link = await Link.to(service.base);
  const told = new Told();
  let leave;
  try {
    for (const id of [1, 2, 3]) await service.append(stream, id);
    leave = await client.follow(`${link.uri}/streams/${stream}/feed?cursor=earliest${client.query ?? ''}`, told);
    result.feed = await seen(told, 1, 2, 3);
    if (result.feed !== YES) return;
    if (!told.of('message').every(event => event.data.text === TEXT)) {
      result.feed = 'another text';
      return;
    }
    await sleep(HEARTBEATS_MILLIS);
    await service.append(stream, 4);
    result.feed = await seen(told, 1, 2, 3, 4);
    if (result.feed === YES && told.of('caught-up').length === 0) result.feed = 'no named events';
    if (result.feed !== YES) return;

    link.break();
    await service.append(stream, 5);
    await service.append(stream, 6);
    link.pass();
    result.resume = await seen(told, 1, 2, 3, 4, 5, 6);
    if (result.resume !== YES) return;

    link.break();
    await service.lose(stream);
    await service.append(stream, 7);
    link.pass();
    result.reset = await seen(told, 1, 2, 3, 4, 5, 6, 7);
    if (result.reset === YES && told.of('reset')[0]?.reason !== 'new-life') result.reset = 'not told';
    if (result.reset !== YES) return;

    link.refuse();
    if (!await until(() => link.refused > 0)) {
      result.refused = 'does not come back';
      return;
    }
    link.pass();
    await service.append(stream, 8);
    result.refused = await seen(told, 1, 2, 3, 4, 5, 6, 7, 8) === YES ? YES : 'ends for good';
  } finally {
    await leave?.();
    link.close();
  }
}

async function ofView(client, service, key, result) {
  const link = await Link.to(service.base);
  const told = new Told();
  const is = n => () => told.of('change').at(-1)?.value?.n === n;
  let leave;
  try {
    await service.append('state', `${key}-1`, key);
    await until(async () => await service.value(VIEW, key) !== undefined);
    leave = await client.follow(`${link.uri}/views/${VIEW}/feed?key=${key}${client.query ?? ''}`, told);
    if (!await until(() => told.of('caught-up').length > 0)) {
      result.view = 'no snapshot';
      return;
    }
    await service.append('state', `${key}-2`, key);
    if (!await until(is(`${key}-2`))) {
      result.view = 'no change';
      return;
    }
    await sleep(HEARTBEATS_MILLIS);
    link.break();
    await service.append('state', `${key}-3`, key);
    link.pass();
    result.view = !await until(is(`${key}-3`)) ? 'does not go on'
      : told.of('snapshot').length > 1 ? 'begins anew' : YES;
  } finally {
    await leave?.();
    link.close();
  }
}

async function ofAppend(client, service, stream, result) {
  const ways = await client.append(service.base, stream, TEXT);
  const page = await service.page(stream);
  const wrong = ways.filter(way => page.find(event => event.id === way)?.data?.text !== TEXT);
  result.append = wrong.length === 0 ? ways.join(', ') : `no: ${wrong}`;
}

/** Nothing that a client does may keep the others waiting. */
function inTime(trial) {
  const late = sleep(PATIENCE_MILLIS, null, {ref: false}).then(() => {
    throw new Error('hangs');
  });
  return Promise.race([trial, late]);
}

/** All that the client can, each beside the others. */
export async function tryOut(client, service) {
  const result = {};
  const name = client.name.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  const told = part => failure => {
    result[part] ??= `fails: ${failure.message.split('\n')[0]}`;
  };
  await Promise.all([
    client.append ? inTime(ofAppend(client, service, `a-${name}`, result)).catch(told('append')) : null,
    client.follow ? inTime(ofStream(client, service, `s-${name}`, result)).catch(told('feed')) : null,
    client.follow ? inTime(ofView(client, service, name, result)).catch(told('view')) : null,
  ]);
  return result;
}
