// What the trials do to the service and its Redis beside the client.
import {spawn} from 'node:child_process';
import net from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';

/** With letters that take several bytes, and one that Latin-1 has as the end of a line. */
export const TEXT = 'Zoë \u2713 \u0085 \u{1F600}';

const PATIENCE_MILLIS = 20_000;

/** Waits until it holds; whether it did. */
export async function until(condition) {
  for (const end = Date.now() + PATIENCE_MILLIS; Date.now() < end; await sleep(20)) {
    if (await condition()) {
      return true;
    }
  }
  return false;
}

export class Service {
  constructor(base, redis) {
    this.base = base;
    this.redis = redis;
  }

  async append(stream, id, subject = 'any') {
    const event = {specversion: '1.0', id: `${id}`, source: '/trial', type: 'tried', subject, data: {n: id, text: TEXT}};
    const answer = await fetch(`${this.base}/streams/${stream}/events`, {
      method: 'POST',
      headers: {'Content-Type': 'application/cloudevents+json'},
      body: JSON.stringify(event),
    });
    if (!answer.ok) {
      throw new Error(`append: ${answer.status} ${await answer.text()}`);
    }
  }

  async page(stream) {
    const answer = await fetch(`${this.base}/streams/${stream}/events`);
    return answer.ok ? (await answer.json()).events : [];
  }

  async value(view, key) {
    const answer = await fetch(`${this.base}/views/${view}/entries/${key}`);
    return answer.ok ? (await answer.json()).value : undefined;
  }

  /** Redis loses a log. */
  lose(stream) {
    return new Promise((done, failed) => {
      const socket = net.connect(this.redis, '127.0.0.1', () =>
        socket.write(`DEL ps:{${stream}/0}:events\r\n`));
      socket.on('error', failed);
      socket.once('data', reply => {
        socket.destroy();
        `${reply}`.startsWith(':') ? done() : failed(new Error(`${reply}`));
      });
    });
  }
}

const programs = new Set();
process.on('exit', () => programs.forEach(program => program.kill()));
process.on('SIGTERM', () => process.exit(1));

/** A program that ends with this one at the latest. */
export function run(command, args, options) {
  const program = spawn(command, args, options);
  programs.add(program);
  program.on('close', () => programs.delete(program));
  return program;
}
