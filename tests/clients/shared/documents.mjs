// What every client sends. The names are as Relay wants them: module, then kind.
const items = 'items { nodes { id key state version } }';
const errors = 'userErrors { code field message }';

export const documents = {
  approvalCreate: `mutation retirementApprovalCreateMutation($input: ApprovalCreateInput!) {
    approvalCreate(input: $input) { approval { id version } ${errors} } }`,
  uploadTicket: `mutation retirementUploadTicketMutation($input: AttachmentUploadTicketInput!) {
    attachmentUploadTicket(input: $input) { attachment { id } ticketPath ${errors} } }`,
  matterSubmit: `mutation retirementMatterSubmitMutation($input: MatterSubmitInput!) {
    matterSubmit(input: $input) { case { id state itemsDone itemsTotal ${items} } ${errors} } }`,
  caseItemAccept: `mutation retirementCaseItemAcceptMutation($input: CaseItemAcceptInput!) {
    caseItemAccept(input: $input) { caseItem { id state version } ${errors} } }`,
  caseItemFinish: `mutation retirementCaseItemFinishMutation($input: CaseItemFinishInput!) {
    caseItemFinish(input: $input) { caseItem { id state version } ${errors} } }`,
  case: `query retirementCaseQuery($id: ID!) { case(id: $id) { id state itemsDone itemsTotal ${items} } }`,
  cadre: `query retirementCadreQuery($id: ID!) { cadre(id: $id) { id state stateSince } }`,
  units: `query retirementUnitsQuery($first: Int, $after: String) {
    units(first: $first, after: $after) { edges { cursor node { id name } } pageInfo { hasNextPage endCursor } } }`,
  wrong: `query retirementWrongQuery($id: ID!) { unit(id: $id) { id name } }`,
};

export const progress = `subscription retirementProgressSubscription($case: ID!) {
  caseProgress(case: $case) { id type version } }`;
