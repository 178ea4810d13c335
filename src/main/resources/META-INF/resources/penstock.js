// What all pages share: elements, requests to the public API, and a feed whose state can be seen.
import { authorization, hasToken, identify, ticket } from "./identity.js";

export const $ = (id) => document.getElementById(id);

/** An element with properties, data attributes and children. */
export function element(tag, { data = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, data);
  made.append(...children);
  return made;
}

async function answer(response) {
  const body = response.status === 204 ? null : await response.json();
  if (!response.ok) {
    const rules = body.errors?.map((error) => `${error.attribute ?? "event"} ${error.message}`).join("; ");
    throw Object.assign(new Error([body.detail ?? body.title, rules].filter(Boolean).join(": ")), { status: response.status });
  }
  return { body, cursor: response.headers.get("Penstock-Cursor") };
}

/** The JSON at a path, and the cursor that came with it. */
export async function get(path) {
  return answer(await fetch(path, { headers: { Accept: "application/json", ...await authorization() } }));
}

async function send(method, path, body) {
  return answer(await fetch(path, { method, headers: { "Content-Type": "application/json", ...await authorization() }, body: JSON.stringify(body) }));
}

/** Sends JSON, and tells what comes of it; its body is null if there is none. */
export async function post(path, body) {
  return send("POST", path, body);
}

/** As `post`, for what may be repeated. */
export async function put(path, body) {
  return send("PUT", path, body);
}

/** Appends events, all or none of them; may be repeated with the same ids without harm. */
export async function append(stream, ...events) {
  const batch = events.map((event) => ({ specversion: "1.0", id: newId(), source: location.pathname, time: new Date().toISOString(), ...event }));
  return answer(await fetch(`/streams/${stream}/events`, {
    method: "POST",
    headers: { "Content-Type": "application/cloudevents-batch+json", ...await authorization() },
    body: JSON.stringify(batch),
  }));
}

export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Runs what a form asks for, and says in its output how it went. */
export function onSubmit(form, action) {
  const output = form.querySelector("output");
  form.addEventListener("submit", async (submit) => {
    submit.preventDefault();
    delete output.dataset.failed;
    try {
      output.textContent = (await action()) ?? "";
    } catch (failure) {
      output.dataset.failed = "";
      output.textContent = failure.message;
    }
  });
}

/**
 * Follows a feed with the browser's own EventSource, and tells its state in an element.
 *
 * The browser reconnects and resumes by itself; `pause` and `resume` do the same by hand, with the last id as cursor. So does the
 * feed itself where each connection takes a ticket of its own, and when it has to be said anew who calls.
 *
 * cursor: where the first connection begins; as the feed has it if there is none. listeners: by the kind of message, `open` for
 * each connection.
 */
export class Feed {
  #source;
  #interruptions = 0;
  #interrupted = false;

  constructor(path, { query = {}, cursor, state, listeners }) {
    Object.assign(this, { path, query, cursor, state, listeners });
    this.#open();
  }

  /** Who refused: the service, or a proxy in its place while it is away, after which it is tried again with the last id. */
  async #closed(source) {
    const { status } = await fetch(source.url, { method: "HEAD" }).catch(() => ({ status: 503 }));
    if (source !== this.#source) {
      return;
    }
    if (status === 401) {
      await this.#identify(source);
    } else if (status >= 400 && status < 500) {
      this.#say("lost", "refused: it is not declared, or the request is wrong");
    } else {
      this.#again(source);
    }
  }

  #again(source) {
    this.#interrupt("connection lost, it is tried again");
    setTimeout(() => source === this.#source && this.#open(), 1000 + 2000 * Math.random());
  }

  /** What the page was known by is no good any more: goes on where it was when there is another. */
  async #identify(source) {
    this.#interrupt("signed out: sign in to go on");
    await identify();
    if (source === this.#source) {
      this.#open();
    }
  }

  /** The parameter with a ticket of this connection's own; undefined if there is none to be had now. */
  async #ticket() {
    const attempt = { close() {} };
    this.#source = attempt;
    try {
      const one = await ticket(this.path);
      return attempt === this.#source ? one : undefined;
    } catch (failure) {
      if (attempt === this.#source) {
        await (failure.status === 401 ? this.#identify(attempt) : this.#again(attempt));
      }
      return undefined;
    }
  }

  async #open() {
    const query = new URLSearchParams(this.query);
    if (this.cursor) {
      query.set("cursor", this.cursor);
    }
    this.#say("connecting", "connecting");
    if (hasToken()) {
      const one = await this.#ticket();
      if (one === undefined) {
        return;
      }
      query.set("ticket", one);
    }
    const source = new EventSource(`${this.path}?${query}`);
    this.#source = source;
    const { open, ...listeners } = this.listeners;
    const live = (text) => this.#say("live", text + this.#history());
    source.onopen = () => {
      live(this.#interrupted ? "resumed where it was" : "connected");
      this.#interrupted = false;
      open?.();
    };
    source.onerror = () => {
      if (hasToken()) {
        // The browser would come back with the same ticket, which is spent.
        source.close();
        this.#again(source);
        return;
      }
      if (source.readyState === EventSource.CLOSED) {
        this.#closed(source);
        return;
      }
      this.#interrupt("connection lost, the browser reconnects");
    };
    const told = {
      "caught-up": () => live("live"),
      reset: (message) => live(`began anew (${JSON.parse(message.data).reason})`),
      unavailable: (message) => this.#say("lost", `unavailable: ${JSON.parse(message.data).reason}`),
    };
    for (const kind of new Set([...Object.keys(told), ...Object.keys(listeners)])) {
      source.addEventListener(kind, (message) => {
        this.cursor = message.lastEventId || this.cursor;
        told[kind]?.(message);
        listeners[kind]?.(message);
      });
    }
  }

  #interrupt(text) {
    if (!this.#interrupted) {
      this.#interrupted = true;
      this.#interruptions++;
    }
    this.#say("connecting", text);
  }

  #history() {
    return this.#interruptions === 0 ? "" : ` · ${this.#interruptions} interruption${this.#interruptions > 1 ? "s" : ""}, nothing missed`;
  }

  #say(name, text) {
    this.state.dataset.state = name;
    this.state.textContent = text;
  }

  pause() {
    this.close();
    this.#interrupted = true;
    this.#interruptions++;
    this.#say("paused", "paused: what comes meanwhile is not lost");
  }

  resume() {
    this.#open();
  }

  close() {
    this.#source?.close();
    this.#source = undefined;
  }
}
