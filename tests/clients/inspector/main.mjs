// Compares the schema with the released one. A breaking change must stand in the changelog, its path in
// backticks: `Type.field`.   node main.mjs RELEASED CURRENT CHANGELOG
import { readFileSync } from 'node:fs';
import { diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const [released, current, changelog] = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'));
const changes = await diff(buildSchema(released), buildSchema(current));
const breaking = changes.filter((change) => change.criticality.level === 'BREAKING');
const silent = breaking.filter((change) => !changelog.includes(`\`${change.path}\``));
for (const change of silent) console.error(`not announced: ${change.path}: ${change.message}`);
console.log(`${changes.length} changes, ${breaking.length} breaking, ${silent.length} of them not announced`);
process.exitCode = silent.length ? 1 : 0;
