// What all pages share: elements, requests to the public API, and a feed whose state can be seen.

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
  return answer(await fetch(path, { headers: { Accept: "application/json" } }));
}

async function send(method, path, body) {
  return answer(await fetch(path, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }));
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
    headers: { "Content-Type": "application/cloudevents-batch+json" },
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
 * The browser reconnects and resumes by itself; `pause` and `resume` do the same by hand, with the last id as cursor.
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

  #open() {
    const query = new URLSearchParams(this.query);
    if (this.cursor) {
      query.set("cursor", this.cursor);
    }
    this.#say("connecting", "connecting");
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
      if (source.readyState === EventSource.CLOSED) {
        this.#say("lost", "refused: it is not declared, or the request is wrong");
        return;
      }
      if (!this.#interrupted) {
        this.#interrupted = true;
        this.#interruptions++;
      }
      this.#say("connecting", "connection lost, the browser reconnects");
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
    this.#source.close();
  }
}
