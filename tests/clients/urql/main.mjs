import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { documents } from '../shared/documents.mjs';
import { retire, world } from '../shared/retirement.mjs';

function connect(token) {
  const client = new Client({
    url: `${world.url}/graphql`,
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
  });
  return async (name, variables) => {
    const operation = documents[name].startsWith('mutation') ? client.mutation : client.query;
    const { data, error } = await operation
      .call(client, documents[name], variables, { requestPolicy: 'network-only' })
      .toPromise();
    if (error) throw error;
    return data;
  };
}

await retire(connect);
console.log('retired with urql');
