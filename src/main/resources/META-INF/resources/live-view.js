// A view that stays up to date: its entries as they are, then each as it changes.
import { Feed, get } from "./penstock.js";

const PAGE = 1000;

async function entries(view) {
  const all = new Map();
  let after = "";
  let cursor = null;
  for (let complete = false; !complete;) {
    const page = await get(`/views/${view}/entries?limit=${PAGE}&after=${encodeURIComponent(after)}`);
    page.body.entries.forEach(({ key, value }) => all.set(key, value));
    // What changed since the first page comes again by the feed.
    cursor ??= page.cursor;
    ({ next: after, complete } = page.body);
  }
  return { all, cursor };
}

/** The entry's value once the view has applied what the cursor covers; undefined if there is none. */
async function entry(view, key, cursor) {
  try {
    return (await get(`/views/${view}/entries/${encodeURIComponent(key)}?wait=30s&at-least=${cursor}`)).body.value;
  } catch (failure) {
    if (failure.status === 404) {
      return undefined;
    }
    throw failure;
  }
}

/**
 * Follows the stream that a view is made of, and reads again the entries that its events belong to.
 *
 * keysOf: the keys of an event's entries. show: is given all entries by key, at first and after each change.
 */
export async function liveView({ view, stream, keysOf, state, show }) {
  const begun = await entries(view);
  let all = begun.all;
  let newest;
  const changed = new Set();
  let reading = false;

  async function read() {
    if (reading) {
      return;
    }
    reading = true;
    try {
      while (changed.size > 0) {
        const [key] = changed;
        changed.delete(key);
        const value = await entry(view, key, newest);
        if (value === undefined) {
          all.delete(key);
        } else {
          all.set(key, value);
        }
        show(all, key);
      }
    } finally {
      reading = false;
    }
  }

  show(all);
  return new Feed(`/streams/${stream}/feed`, {
    cursor: begun.cursor,
    state,
    listeners: {
      message(message) {
        newest = message.lastEventId;
        keysOf(JSON.parse(message.data)).forEach((key) => changed.add(key));
        read();
      },
      async reset() {
        ({ all } = await entries(view));
        show(all);
      },
    },
  });
}
