// Writes the documents where the compiler looks for them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { documents, progress } from '../shared/documents.mjs';

const list = `fragment retirement_units on Query
  @argumentDefinitions(first: { type: "Int", defaultValue: 5 }, after: { type: "String" })
  @refetchable(queryName: "retirementUnitsPaginationQuery") {
  units(first: $first, after: $after) @connection(key: "retirement_units") { edges { node { id ...retirement_unit } } }
}`;
const unit = 'fragment retirement_unit on Unit { id name parent { id } }';
const node = 'query retirementNodeQuery($id: ID!) { node(id: $id) { __typename id ...retirement_unit @alias(as: "unit") } }';
const page = 'query retirementPageQuery { ...retirement_units @arguments(first: 3) }';
const refetched = `fragment retirement_cadre on Cadre @refetchable(queryName: "retirementCadreRefetchQuery") { id state }`;
const all = [...Object.values(documents), progress, list, unit, node, page, refetched];

mkdirSync('src/__generated__', { recursive: true });
writeFileSync('src/retirement.js', all.map((text) => `graphql\`${text}\`;\n`).join('\n'));
