// A view that stays up to date: a snapshot of its entries, then each as it changes, by the view's own feed.
import { Feed } from "./penstock.js";

/**
 * Follows a view.
 *
 * show: is given all entries by key, and after a change the key that changed.
 */
export function liveView({ view, state, show }) {
  const all = new Map();
  let pages = [];
  const beginAnew = () => {
    pages = [];
  };
  return new Feed(`/views/${view}/feed`, {
    state,
    listeners: {
      open: beginAnew,
      reset: beginAnew,
      snapshot({ data }) {
        const page = JSON.parse(data);
        pages.push(...page.entries);
        if (page.complete) {
          all.clear();
          pages.forEach(({ key, value }) => all.set(key, value));
          pages = [];
          show(all);
        }
      },
      change({ data }) {
        const { key, value } = JSON.parse(data);
        if (value === null) {
          all.delete(key);
        } else {
          all.set(key, value);
        }
        show(all, key);
      },
    },
  });
}
