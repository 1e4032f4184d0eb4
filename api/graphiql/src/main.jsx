// The page's entry: GraphiQL with this server's fetcher, and the editors' workers from our own origin.
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './main.css';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { createFetcher } from './fetcher.js';
import { headersFor, tabStorage, takeToken } from './session.js';

const DEFAULT_QUERY = `# 组工 Zugong · GraphiQL
#
# 在下方 Headers 中填写访问令牌后按 Ctrl+Enter 执行；左侧图书图标为接口文档。
# Put an access token under Headers below, then press Ctrl+Enter; the book icon opens the documentation.

query {
  __typename
}
`;

const initialHeaders = headersFor(takeToken());
const headers = JSON.stringify(initialHeaders, null, 2);

// A new #token=… in the same tab changes only the fragment, which loads nothing by itself.
window.addEventListener('hashchange', () => {
  if (new URLSearchParams(window.location.hash.slice(1)).has('token')) {
    takeToken();
    window.location.reload();
  }
});

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    fetcher={createFetcher(initialHeaders)}
    defaultQuery={DEFAULT_QUERY}
    defaultHeaders={headers}
    initialHeaders={headers}
    defaultEditorToolsVisibility="headers"
    shouldPersistHeaders={false}
    storage={tabStorage(headers)}
  />,
);
