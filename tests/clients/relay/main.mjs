import assert from 'node:assert/strict';
import relay from 'relay-runtime';
import { documents } from '../shared/documents.mjs';
import { retire, world } from '../shared/retirement.mjs';

const { Environment, Network, RecordSource, Store, commitMutation, fetchQuery } = relay;

const artifact = async (name) => (await import(`./src/__generated__/${name}.graphql.js`)).default;

const environments = new Map();
function environment(token) {
  if (!environments.has(token)) {
    const network = Network.create(async ({ text }, variables) => {
      const response = await fetch(`${world.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: text, variables }),
      });
      const answer = await response.json();
      // Relay reports no more than a message; the codes are for its user to keep.
      if (answer.errors) throw new Error(JSON.stringify(answer.errors));
      return answer;
    });
    environments.set(token, new Environment({ network, store: new Store(new RecordSource()) }));
  }
  return environments.get(token);
}

function connect(token) {
  const here = environment(token);
  return async (name, variables) => {
    const [kind, operation] = documents[name].match(/^(\w+) (\w+)/).slice(1);
    const compiled = await artifact(operation);
    if (kind === 'query') return fetchQuery(here, compiled, variables).toPromise();
    return new Promise((resolve, reject) => commitMutation(here, {
      mutation: compiled,
      variables,
      onCompleted: (data, errors) => (errors?.length ? reject(new Error(JSON.stringify(errors))) : resolve(data)),
      onError: reject,
    }));
  };
}

await retire(connect);
const here = environment(world.tokens.superior);
const { node } = await fetchQuery(here, await artifact('retirementNodeQuery'), { id: world.unit }).toPromise();
assert.deepEqual([node.__typename, node.id], ['Unit', world.unit]);
await fetchQuery(here, await artifact('retirementPageQuery'), {}).toPromise();
const connection = here.getStore().getSource().get('client:root:__retirement_units_connection');
assert.equal(connection.edges.__refs.length, 3, 'Relay made a connection of the page');
console.log('retired with Relay');
