// A page of a real browser for each client that lives in one, by WebDriver.
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';
import {run} from './service.mjs';

const BROWSER = '/usr/bin/chromium';
const DRIVER = '/usr/bin/chromedriver';

/** What a page puts what it was told into, and how it says so. */
const TOLD = `
  window.told = [];
  window.tell = (type, data) => told.push([type, data]);
  window.names = ['message', 'caught-up', 'reset', 'snapshot', 'change', 'unavailable'];
`;

export class Browser {
  #driver;
  #session;
  #profile = mkdtempSync(join(tmpdir(), 'penstock-browser-'));
  /** One window is looked at at a time. */
  #turn = Promise.resolve();

  static isThere() {
    return existsSync(BROWSER) && existsSync(DRIVER);
  }

  static async start() {
    const browser = new Browser();
    browser.#driver = run(DRIVER, ['--port=0'], {stdio: ['ignore', 'pipe', 'ignore']});
    let port;
    for await (const line of createInterface(browser.#driver.stdout)) {
      port = /started successfully on port (\d+)/.exec(line)?.[1];
      if (port) break;
    }
    const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
      `--user-data-dir=${browser.#profile}`];
    browser.#session = `http://127.0.0.1:${port}/session`;
    const made = await browser.#command('POST', '', {
      capabilities: {alwaysMatch: {browserName: 'chrome', 'goog:chromeOptions': {binary: BROWSER, args}}},
    });
    browser.version = made.capabilities.browserVersion;
    browser.#session += `/${made.sessionId}`;
    return browser;
  }

  async #command(method, path, body) {
    const answer = await fetch(this.#session + path, {method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(30_000)});
    const {value} = await answer.json();
    if (!answer.ok) {
      throw new Error(`${path}: ${value.message}`);
    }
    return value;
  }

  #inWindow(handle, does) {
    const done = this.#turn.then(async () => {
      await this.#command('POST', '/window', {handle});
      return does();
    });
    this.#turn = done.catch(() => {});
    return done;
  }

  #run(script, ...args) {
    return this.#command('POST', '/execute/sync', {script, args});
  }

  /** Runs a script with the feed's address as `url` on a page of its origin, which tells by `tell(type, data)`. */
  async follow(url, told, script) {
    const {handle} = await this.#command('POST', '/window/new', {type: 'window'});
    await this.#inWindow(handle, async () => {
      await this.#command('POST', '/url', {url: new URL('/q/health/live', url).href});
      await this.#run(`${TOLD} const url = arguments[0]; ${script}`, url);
    });
    let left = false;
    const ask = async () => {
      while (!left) {
        const more = await this.#inWindow(handle, () => this.#run('return told.splice(0)'));
        more.forEach(([type, data]) => told.add(type, data));
        await sleep(100);
      }
    };
    const asking = ask().catch(() => {});
    return async () => {
      left = true;
      await asking;
      await this.#inWindow(handle, () => this.#command('DELETE', '/window'));
    };
  }

  /** What a script returns, or its promise does, on a page of the service. */
  async ask(base, script, ...args) {
    const {handle} = await this.#command('POST', '/window/new', {type: 'window'});
    return this.#inWindow(handle, async () => {
      await this.#command('POST', '/url', {url: new URL('/q/health/live', base).href});
      return this.#run(script, ...args);
    });
  }

  async close() {
    await this.#command('DELETE', '').catch(() => {});
    this.#driver.kill();
    rmSync(this.#profile, {recursive: true, force: true, maxRetries: 5, retryDelay: 200});
  }
}
