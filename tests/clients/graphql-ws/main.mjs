import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { documents, progress } from '../shared/documents.mjs';
import { retire, world } from '../shared/retirement.mjs';

const clients = new Map();
function client(token) {
  if (!clients.has(token)) {
    clients.set(token, createClient({
      url: `${world.url.replace('http', 'ws')}/graphql/ws`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: 0,
    }));
  }
  return clients.get(token);
}

function connect(token) {
  return async (name, variables) => {
    try {
      for await (const { data, errors } of client(token).iterate({ query: documents[name], variables })) {
        if (errors) throw new Error(JSON.stringify(errors));
        return data;
      }
    } catch (failure) {
      // What a closed socket is rejected with is an event and has no message.
      throw failure instanceof Error ? failure : new Error(`${name}: closed with ${failure.code} ${failure.reason}`);
    }
    throw new Error('the stream ended without an answer');
  };
}

const events = [];
let heard;
await retire(connect, async (id) => {
  heard = (async () => {
    const stream = client(world.tokens.applicant).iterate({ query: progress, variables: { case: id } });
    for await (const { data, errors } of stream) {
      assert.equal(errors, undefined, JSON.stringify(errors));
      events.push(data.caseProgress);
      if (data.caseProgress.type === 'case.done') break;
    }
  })().then(() => null, (failure) => failure);
});
const failure = await heard;
assert.equal(failure, null, `the subscription broke off: ${failure?.code} ${failure?.reason ?? failure}`);
const count = (type) => events.filter((event) => event.type === type).length;
assert.deepEqual([count('caseItem.accepted'), count('caseItem.finished'), count('case.done')], [7, 7, 1]);
assert.equal(new Set(events.map((event) => event.id)).size, events.length, 'an event came twice');
// To let go of a socket that was refused is refused as well.
await Promise.allSettled([...clients.values()].map((one) => one.dispose()));
console.log('retired with graphql-ws');
