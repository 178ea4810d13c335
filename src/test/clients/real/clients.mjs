// The clients, each used as its own documentation says, with the options that it needs.
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {createInterface} from 'node:readline';
import {CloudEvent, HTTP, emitterFor, httpTransport} from 'cloudevents';
import {EventSource as EventSource5} from 'eventsource';
import EventSource2 from 'eventsource2';
import {createEventSource} from 'eventsource-client';
import {EventSource as EventSourceOfUndici} from 'undici';
import {Browser} from './browser.mjs';
import {run} from './service.mjs';

const NAMES = ['message', 'caught-up', 'reset', 'snapshot', 'change', 'unavailable'];
const here = new URL('.', import.meta.url).pathname;
const require = createRequire(import.meta.url);
const versions = JSON.parse(readFileSync(`${here}package-lock.json`)).packages;
const version = name => versions[`node_modules/${name}`].version;

function byEventSource(Source) {
  return async (url, told) => {
    const source = new Source(url);
    NAMES.forEach(name => source.addEventListener(name, event => told.add(name, event.data)));
    return () => source.close();
  };
}

/** A program that writes a line of JSON for each message: `{"type": ..., "data": ...}`. */
function byProgram(...command) {
  return async (url, told) => {
    const program = run(command[0], [...command.slice(1), url], {stdio: ['ignore', 'pipe', 'inherit']});
    createInterface(program.stdout).on('line', line => {
      const {type, data} = JSON.parse(line);
      told.add(type, data);
    });
    return () => program.kill();
  };
}

function said(...command) {
  const done = spawnSync(command[0], command.slice(1), {encoding: 'utf8'});
  return done.status === 0 ? done.stdout.trim() : undefined;
}

/** A module of CommonJS with those that it requires, as a script for a page that leaves it in `name`. */
function bundle(name, files) {
  const modules = Object.entries(files)
    .map(([path, file]) => `${JSON.stringify(path)}: (exports, require) => {${readFileSync(file)}\n}`);
  return `
    const modules = {${modules.join(',')}};
    const require = path => { const exports = {}; modules[path](exports, require); return exports; };
    const ${name} = require('.');
  `;
}

function inBrowsers(browser) {
  const fetchSource = path => require.resolve('@microsoft/fetch-event-source').replace('index.js', path);
  const polyfill = readFileSync(require.resolve('event-source-polyfill'), 'utf8');
  return [
    {
      name: 'Chromium',
      version: browser.version,
      follow: (url, told) => browser.follow(url, told, `
        const source = new EventSource(url);
        names.forEach(name => source.addEventListener(name, event => tell(name, event.data)));`),
      append: async (base, stream, text) => {
        const status = await browser.ask(base, `
          return fetch(arguments[0], {
            method: 'POST',
            headers: {'Content-Type': 'application/cloudevents+json'},
            body: JSON.stringify({specversion: '1.0', id: 'structured', source: '/trial', type: 'tried', data: {text: arguments[1]}}),
          }).then(answer => answer.status)`, `${base}/streams/${stream}/events`, text);
        if (status !== 201) throw new Error(`${status}`);
        return ['structured'];
      },
    },
    {
      name: 'event-source-polyfill',
      version: version('event-source-polyfill'),
      follow: (url, told) => browser.follow(url, told, `
        (function () {${polyfill}}).call(window);
        const source = new EventSourcePolyfill(url);
        names.forEach(name => source.addEventListener(name, event => tell(name, event.data)));`),
    },
    {
      name: '@microsoft/fetch-event-source',
      version: version('@microsoft/fetch-event-source'),
      query: '&heartbeat=comment',
      needs: '`heartbeat=comment`, or it connects anew with each heartbeat; an `onclose` that throws, or it ends with the response; `openWhenHidden: true`, or it begins anew with each change of the tab',
      follow: (url, told) => browser.follow(url, told, `
        ${bundle('client', {
          '.': fetchSource('index.js'), './fetch': fetchSource('fetch.js'), './parse': fetchSource('parse.js'),
        })}
        client.fetchEventSource(url, {
          openWhenHidden: true,
          onmessage(message) {
            JSON.parse(message.data);
            tell(message.event || 'message', message.data);
          },
          onclose() { throw new Error('again'); },
        });`),
    },
  ];
}

const inNode = [
  {name: 'eventsource 2', version: version('eventsource2'), follow: byEventSource(EventSource2)},
  {name: 'eventsource 5', version: version('eventsource'), follow: byEventSource(EventSource5)},
  {
    name: 'eventsource-client',
    version: version('eventsource-client'),
    follow: async (url, told) => {
      const source = createEventSource({url, onMessage: ({event, data}) => told.add(event ?? 'message', data)});
      return () => source.close();
    },
  },
  {name: 'undici', version: version('undici'), follow: byEventSource(EventSourceOfUndici)},
  {
    name: 'cloudevents',
    version: version('cloudevents'),
    append: async (base, stream, text) => {
      const transport = httpTransport(`${base}/streams/${stream}/events`);
      const event = id => new CloudEvent({id, source: '/trial', type: 'tried', data: {text}});
      await emitterFor(transport, {mode: 'structured'})(event('structured'));
      await emitterFor(transport)(event('binary'));
      return ['structured', 'binary'];
    },
  },
];

function ofCommands() {
  const clients = [];
  const curl = said('curl', '--version')?.split(' ')[1];
  if (curl) {
    clients.push({
      name: 'curl',
      version: curl,
      needs: '`-N`, and a loop that keeps the last id',
      follow: byProgram('bash', `${here}feed_curl.sh`),
      append: async (base, stream, text) => {
        const way = `${base}/streams/${stream}/events`;
        const event = {specversion: '1.0', id: 'structured', source: '/trial', type: 'tried', data: {text}};
        const ok = said('curl', '-fsS', way, '-H', 'Content-Type: application/cloudevents+json', '-d', JSON.stringify(event)) !== undefined
          && said('curl', '-fsS', way, '-H', 'Content-Type: application/json', '-H', 'ce-specversion: 1.0', '-H', 'ce-id: binary',
            '-H', 'ce-source: /trial', '-H', 'ce-type: tried', '-d', JSON.stringify({text})) !== undefined;
        if (!ok) throw new Error('refused');
        return ['structured', 'binary'];
      },
    });
  }
  const pythons = ['/usr/bin/python3', 'python3'];
  const python = (module, name, more) => {
    const found = pythons.find(one => said(one, '-c', `import ${module}`) !== undefined);
    if (!found) return;
    const client = {name, version: said(found, '-c', `import ${module}; print(${module}.__version__)`)};
    clients.push({...client, ...more(found)});
  };
  const appends = found => async (base, stream, text) => {
    const program = spawnSync(found, [`${here}append.py`, `${base}/streams/${stream}/events`, text], {encoding: 'utf8'});
    if (program.status !== 0) throw new Error(program.stderr.trim().split('\n').at(-1));
    return program.stdout.trim().split(' ');
  };
  python('requests', 'Python requests', found => ({
    needs: 'a loop that keeps the last id; `iter_lines(chunk_size=1)`, or it waits for 512 bytes, and of bytes: as text it ends lines at U+0085 and U+2028',
    follow: byProgram(found, '-u', `${here}feed_requests.py`),
    append: appends(found),
  }));
  python('httpx_sse', 'Python httpx-sse', found => ({
    query: '&heartbeat=comment',
    needs: '`heartbeat=comment`, or it fails; a loop that keeps the last id',
    follow: byProgram(found, '-u', `${here}feed_httpx.py`),
  }));
  return clients;
}

/** Those that can be tried here; who is missing is said. */
export async function clients() {
  const browser = Browser.isThere() ? await Browser.start() : undefined;
  return {
    all: [...(browser ? inBrowsers(browser) : []), ...inNode, ...ofCommands()],
    close: () => browser?.close(),
  };
}
