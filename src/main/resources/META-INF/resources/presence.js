// Who is in a room, and who did not come back: the view `rooms` and the stream `presence`, over one connection, which speaks for
// a member of the room if one is given.
import { Feed, element } from "./penstock.js";

/** How long a member stays when its window has gone: longer than a reload takes. */
const TTL = "5s";

/**
 * Follows a room.
 *
 * member: who this window is; nobody if it is not given. show: is given those present by name, each with `since`, and those who
 * went, each with `how` and `time`.
 */
export function followRoom({ room, member, state, show }) {
  const gone = new Map();
  let present = new Map();
  const entered = (value) => {
    present = new Map(Object.entries(value ?? {}));
    present.forEach((_, name) => gone.delete(name));
    show(present, gone);
  };
  return new Feed("/feed", {
    query: [["view", "rooms"], ["key", room], ["stream", "presence"], ["filter", JSON.stringify({ exact: { partitionkey: room } })],
      ...(member ? [["room", room], ["member", member], ["ttl", TTL]] : [])],
    state,
    listeners: {
      snapshot: ({ data }) => entered(JSON.parse(data).entries[0]?.value),
      change: ({ data }) => entered(JSON.parse(data).value),
      message({ data }) {
        const { type, subject, time } = JSON.parse(data).event;
        const how = { "presence.left": "left", "presence.timed-out": "timed out" }[type];
        const name = subject.slice(room.length + 1);
        if (how) {
          gone.set(name, { how, time });
          present.delete(name);
        } else {
          gone.delete(name);
        }
        show(present, gone);
      },
    },
  });
}

/** Says that a member leaves, so that nobody waits for its time to run out. */
export async function leave(room, member) {
  await fetch(`/presence/${encodeURIComponent(room)}/${encodeURIComponent(member)}`, { method: "DELETE", keepalive: true });
}

export function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

/** Those of a room as elements of a list: who is here first, then who went. */
export function people(present, gone) {
  const sorted = (map) => [...map].sort(([one], [other]) => one.localeCompare(other));
  return [
    ...sorted(present).map(([name, { since }]) =>
      element("li", { data: { member: name, here: "" } }, element("b", { textContent: name }), ` here since ${clock(since)}`)),
    ...sorted(gone).map(([name, { how, time }]) =>
      element("li", { className: "quiet", data: { member: name } }, element("b", { textContent: name }), ` ${how} ${clock(time)}`)),
  ];
}
