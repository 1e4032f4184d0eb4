// One retirement from the approval to its end, whatever client carries it. `connect(token)` gives
// `async (name, variables) => data`; `name` is one of documents.mjs.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';

const pdf = '%PDF-1.7\nzugong\n%%EOF';

export const world = JSON.parse(process.env.ZUGONG_WORLD);

export async function retire(connect, whenSubmitted = async () => {}) {
  const done = async (run, name, field, input) => {
    const payload = (await run(name, { input }))[field];
    assert.deepEqual(payload.userErrors, [], `${field}: ${JSON.stringify(payload)}`);
    return payload;
  };
  const superior = connect(world.tokens.superior);
  const applicant = connect(world.tokens.applicant);

  const { approval } = await done(superior, 'approvalCreate', 'approvalCreate', {
    matterKey: 'retirement', cadre: world.cadre, documentNumber: '组退〔2025〕1号', effectiveMonth: '2025-07',
    idempotencyKey: 'approval-1',
  });
  const materials = [];
  for (const key of ['application', 'id-card', 'archive-birth', 'bank-card']) {
    const { attachment, ticketPath } = await done(applicant, 'uploadTicket', 'attachmentUploadTicket', {
      name: '材料.pdf', mediaType: 'application/pdf', size: pdf.length,
    });
    const put = await fetch(world.url + ticketPath, {
      method: 'PUT', headers: { 'content-type': 'application/pdf' }, body: pdf,
    });
    assert.equal(put.status, 200);
    materials.push({ key, attachment: attachment.id });
  }
  const submitted = await done(applicant, 'matterSubmit', 'matterSubmit', {
    approval: approval.id,
    materials,
    form: {
      idNumber: world.idNumber, phone: '13800000000', address: '宁波市海曙区', bankName: '中国工商银行',
      bankAccount: '622202100000000001', pensionAccount: '330203001', medicalAccount: '330203002',
      housingFundAccount: '330203003', hasCommuterCar: false, commutingAllowance: true,
    },
  });
  assert.equal(submitted.case.itemsTotal, 7);
  await whenSubmitted(submitted.case.id);

  for (const item of submitted.case.items.nodes) {
    const handler = connect(world.tokens.handlers[item.key]);
    const accepted = await done(handler, 'caseItemAccept', 'caseItemAccept', {
      id: item.id, expectedVersion: item.version,
    });
    assert.equal(accepted.caseItem.state, 'ACCEPTED');
    const finished = await done(handler, 'caseItemFinish', 'caseItemFinish', {
      id: item.id, expectedVersion: accepted.caseItem.version, result: '已办理',
    });
    assert.equal(finished.caseItem.state, 'DONE');
  }
  const { case: ended } = await applicant('case', { id: submitted.case.id });
  assert.deepEqual([ended.state, ended.itemsDone], ['DONE', 7]);
  const { cadre } = await superior('cadre', { id: world.cadre });
  assert.deepEqual([cadre.state, cadre.stateSince], ['RETIRED', '2025-08-01']);

  // Pages as clients walk them, to the end and without a repetition.
  const seen = new Set();
  let after = null;
  for (;;) {
    const { units } = await superior('units', { first: 4, after });
    for (const { node } of units.edges) assert.ok(!seen.has(node.id) && seen.add(node.id));
    if (!units.pageInfo.hasNextPage) break;
    after = units.pageInfo.endCursor;
  }
  assert.equal(seen.size, 11);
  // An error arrives with its code.
  const failure = await connect('rubbish')('wrong', { id: 'uni_x' }).then(() => null, (error) => error);
  assert.ok(failure, 'a bad token was accepted');
  assert.match(inspect(failure, { depth: 8 }), /UNAUTHENTICATED|4403/);
  return submitted.case.id;
}
