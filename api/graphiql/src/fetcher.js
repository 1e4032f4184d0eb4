// Sends operations to this server: queries and mutations by POST, subscriptions by WebSocket.
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';

const HTTP_URL = '/graphql';
const WS_URL = `${window.location.protocol === 'https:' ? 'wss' : 'ws'}://${window.location.host}/graphql/ws`;

function authorizationOf(headers) {
  const entry = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'authorization');
  return entry === undefined ? '' : String(entry[1]);
}

/** Leaves out the example's bare `Bearer `: no token means an anonymous request, not a malformed one. */
function withoutEmptyToken(headers) {
  const kept = Object.entries(headers ?? {}).filter(
    ([name, value]) => name.toLowerCase() !== 'authorization' || !/^\s*(bearer)?\s*$/i.test(String(value)),
  );
  return Object.fromEntries(kept);
}

/**
 * One fetcher for the page, which was opened with `initialHeaders`.
 *
 * GraphiQL asks for the schema before the header editor exists, hence without its headers; a tenant's schema
 * depends on the token, so that first request takes the ones that the editor is about to show.
 *
 * A connection is authorised once, when it opens, so each token has its own; the one of a token that was
 * replaced is closed. A client connects only when the first subscription needs it.
 */
export function createFetcher(initialHeaders) {
  let current;
  const clientFor = (authorization) => {
    if (current?.authorization !== authorization) {
      current?.client.dispose();
      current = {
        authorization,
        client: createClient({
          url: WS_URL,
          lazy: true,
          connectionParams: authorization === '' ? {} : { authorization },
        }),
      };
    }
    return current.client;
  };
  return (params, options) => {
    const early = params.operationName === 'IntrospectionQuery' && options?.headers === undefined;
    const headers = withoutEmptyToken(early ? initialHeaders : options?.headers);
    const fetcher = createGraphiQLFetcher({
      url: HTTP_URL,
      wsClient: clientFor(authorizationOf(headers)),
      // The server answers each operation with one JSON document.
      enableIncrementalDelivery: false,
    });
    return fetcher(params, { ...options, headers });
  };
}
