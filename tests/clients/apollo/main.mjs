import assert from 'node:assert/strict';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core';
import { documents } from '../shared/documents.mjs';
import { retire, world } from '../shared/retirement.mjs';

const clients = new Map();
function connect(token) {
  if (!clients.has(token)) {
    clients.set(token, new ApolloClient({
      link: new HttpLink({ uri: `${world.url}/graphql`, fetch, headers: { authorization: `Bearer ${token}` } }),
      cache: new InMemoryCache(),
    }));
  }
  const client = clients.get(token);
  return async (name, variables) => {
    const document = gql(documents[name]);
    const mutation = documents[name].startsWith('mutation');
    const { data } = mutation
      ? await client.mutate({ mutation: document, variables })
      : await client.query({ query: document, variables, fetchPolicy: 'network-only' });
    return data;
  };
}

const id = await retire(connect);
// The normalised cache knows the objects by type and id: a fragment is read without asking the server.
const kept = clients.get(world.tokens.applicant).cache.readFragment({
  id: `Case:${id}`, fragment: gql`fragment kept on Case { state itemsDone }`,
});
assert.deepEqual([kept.state, kept.itemsDone], ['DONE', 7]);
console.log('retired with Apollo Client');
