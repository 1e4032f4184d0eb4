// What the page remembers, and for how long.
//
// An access token names a person and their queries may name others, so nothing is written to localStorage: all
// of it ends with the browser tab.

const TOKEN_KEY = 'zugong:token';
const HISTORY_KEYS = new Set(['graphiql:queries', 'graphiql:favorites']);

/**
 * Takes the access token from `#token=…`, or the one this tab already had.
 *
 * A fragment is never sent to the server. It is taken out of the address at once, so that the token does not
 * stay in the browser's history and is not copied along with the address.
 */
export function takeToken() {
  const fragment = new URLSearchParams(window.location.hash.slice(1));
  const token = fragment.get('token');
  if (token !== null) {
    sessionStorage.setItem(TOKEN_KEY, token);
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
  }
  return sessionStorage.getItem(TOKEN_KEY) ?? '';
}

/** The request headers for a token; without one, an example to complete. */
export function headersFor(token) {
  return { authorization: `Bearer ${token}` };
}

/**
 * GraphiQL's storage, for this tab only.
 *
 * GraphiQL keeps the request headers with each history entry. They are left out when it writes and filled with
 * the present ones when it reads, so that an old entry never brings back another person's token.
 */
export function tabStorage(currentHeaders) {
  const mapHistory = (key, value, headers) => {
    if (value === null || !HISTORY_KEYS.has(key)) {
      return value;
    }
    return JSON.stringify(JSON.parse(value), (field, content) => (field === 'headers' ? headers : content));
  };
  const ownKeys = () => Object.keys(sessionStorage).filter((key) => key.startsWith('graphiql:'));
  return {
    getItem: (key) => {
      const value = sessionStorage.getItem(key);
      return mapHistory(key, value, currentHeaders);
    },
    setItem: (key, value) => sessionStorage.setItem(key, mapHistory(key, value, '')),
    removeItem: (key) => sessionStorage.removeItem(key),
    get length() {
      return ownKeys().length;
    },
    clear: () => ownKeys().forEach((key) => sessionStorage.removeItem(key)),
  };
}
