-- The schema, as the migrations make it. Written by `./regenerate`; do not edit.

-- PostgreSQL

-- m20261122_000001_tenancy
create table tenant (
  id uuid not null,
  code text collate "C" not null,
  name text collate "C" not null,
  "level" text collate "C" not null check ("level" in ('PROVINCE', 'CITY', 'COUNTY')),
  division_code text collate "C" not null,
  parent_id uuid,
  state text collate "C" not null check (state in ('ACTIVE', 'SUSPENDED')),
  created_at timestamptz not null,
  primary key (id),
  foreign key (parent_id) references tenant (id)
);
create unique index tenant_u1 on tenant (code);
create index tenant_parent_id on tenant (parent_id);
grant select, insert, update, delete on tenant to zugong_app;
create table account (
  id uuid not null,
  login text collate "C" not null,
  password_hash text collate "C",
  failed_count integer not null,
  locked_until timestamptz,
  disabled boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (id)
);
create unique index account_u1 on account (login);
grant select, insert, update, delete on account to zugong_app;
create table account_tenant (
  account_id uuid not null,
  tenant_id uuid not null,
  user_id uuid not null,
  is_default boolean not null,
  primary key (account_id, tenant_id),
  foreign key (account_id) references account (id),
  foreign key (tenant_id) references tenant (id)
);
create index account_tenant_account_id on account_tenant (account_id);
create index account_tenant_tenant_id on account_tenant (tenant_id);
grant select, insert, update, delete on account_tenant to zugong_app;
create table auth_session (
  id uuid not null,
  account_id uuid not null,
  tenant_id uuid not null,
  user_id uuid not null,
  client text collate "C" not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (id),
  foreign key (account_id) references account (id)
);
create index auth_session_account_id on auth_session (account_id);
create index auth_session_user_id on auth_session (user_id);
grant select, insert, update, delete on auth_session to zugong_app;
create table refresh_token (
  id uuid not null,
  session_id uuid not null,
  token_hash text collate "C" not null,
  previous_id uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  primary key (id),
  foreign key (session_id) references auth_session (id)
);
create unique index refresh_token_u1 on refresh_token (token_hash);
create index refresh_token_session_id on refresh_token (session_id);
grant select, insert, update, delete on refresh_token to zugong_app;
create table signing_key (
  id uuid not null,
  sealed_key text collate "C" not null,
  public_key text collate "C" not null,
  created_at timestamptz not null,
  sign_from timestamptz not null,
  sign_until timestamptz not null,
  retire_at timestamptz not null,
  primary key (id)
);
grant select, insert, update, delete on signing_key to zugong_app;
create table authz_version (
  tenant_id uuid not null,
  version bigint not null,
  primary key (tenant_id),
  foreign key (tenant_id) references tenant (id)
);
create index authz_version_tenant_id on authz_version (tenant_id);
grant select, insert, update, delete on authz_version to zugong_app;

-- m20261122_000002_organisation
create table unit (
  tenant_id uuid not null,
  id uuid not null,
  code text collate "C" not null,
  name text collate "C" not null,
  short_name text collate "C",
  sequence text collate "C" not null check (sequence in ('PARTY', 'GOVERNMENT', 'CONGRESS_AND_MASS', 'TOWNSHIP', 'INSTITUTION')),
  "kind" text collate "C" not null check ("kind" in ('ORGAN', 'REFERENCED_INSTITUTION', 'PUBLIC_INSTITUTION', 'MASS_ORGANISATION', 'INTERNAL_OFFICE', 'COORDINATING_BODY')),
  division_code text collate "C" not null,
  parent_id uuid,
  path text collate "C" not null,
  "position" integer not null,
  valid_from date not null,
  valid_until date,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, parent_id) references unit (tenant_id, id)
);
create unique index unit_u1 on unit (tenant_id, code);
create unique index unit_u2 on unit (tenant_id, path);
create index unit_parent_id on unit (tenant_id, parent_id);
grant select, insert, update, delete on unit to zugong_app;
alter table unit enable row level security;
alter table unit force row level security;
create policy tenant_isolation on unit using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table party_organisation (
  tenant_id uuid not null,
  id uuid not null,
  name text collate "C" not null,
  "kind" text collate "C" not null check ("kind" in ('COMMITTEE', 'GENERAL_BRANCH', 'BRANCH', 'GROUP')),
  parent_id uuid,
  path text collate "C" not null,
  unit_id uuid not null,
  valid_from date not null,
  valid_until date,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, parent_id) references party_organisation (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index party_organisation_u1 on party_organisation (tenant_id, path);
create index party_organisation_parent_id on party_organisation (tenant_id, parent_id);
create index party_organisation_unit_id on party_organisation (tenant_id, unit_id);
grant select, insert, update, delete on party_organisation to zugong_app;
alter table party_organisation enable row level security;
alter table party_organisation force row level security;
create policy tenant_isolation on party_organisation using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table person (
  tenant_id uuid not null,
  id uuid not null,
  name text collate "C" not null,
  name_key text collate "C" not null,
  id_number text collate "C" not null,
  sex text collate "C" not null,
  ethnicity text collate "C" not null,
  birth text collate "C" not null,
  native_place text collate "C",
  political_status text collate "C" not null,
  education text collate "C",
  phone text collate "C",
  unit_id uuid not null,
  party_organisation_id uuid,
  joined_party text collate "C",
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, party_organisation_id) references party_organisation (tenant_id, id)
);
create unique index person_u1 on person (tenant_id, id_number);
create index person_unit_id on person (tenant_id, unit_id);
create index person_party_organisation_id on person (tenant_id, party_organisation_id);
create index person_name_id on person (tenant_id, name, id);
create index person_name_key on person (tenant_id, name_key);
grant select, insert, update, delete on person to zugong_app;
alter table person enable row level security;
alter table person force row level security;
create policy tenant_isolation on person using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table cadre (
  tenant_id uuid not null,
  id uuid not null,
  person_id uuid not null,
  unit_id uuid not null,
  "kind" text collate "C" not null check ("kind" in ('CIVIL_SERVANT', 'REFERENCED', 'PUBLIC_INSTITUTION', 'WORKER')),
  state text collate "C" not null check (state in ('CANDIDATE', 'PROBATION', 'SERVING', 'RETIRING', 'RETIRED', 'RESIGNED', 'DISMISSED', 'TRANSFERRED', 'DECEASED', 'NOT_CONFIRMED')),
  state_since date not null,
  rank text collate "C" check (rank in ('COUNSEL_1', 'COUNSEL_2', 'CONSULTANT_1', 'CONSULTANT_2', 'CONSULTANT_3', 'CONSULTANT_4', 'PRINCIPAL_CLERK_1', 'PRINCIPAL_CLERK_2', 'PRINCIPAL_CLERK_3', 'PRINCIPAL_CLERK_4', 'CLERK_1', 'CLERK_2')),
  category text collate "C" not null check (category in ('M60', 'F55', 'F50', 'F60')),
  archive_birth text collate "C" not null,
  work_started text collate "C" not null,
  contribution_months integer not null,
  under_investigation boolean not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, person_id) references person (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index cadre_u1 on cadre (tenant_id, person_id) where state in ('PROBATION', 'SERVING', 'RETIRING');
create index cadre_person_id on cadre (tenant_id, person_id);
create index cadre_unit_id on cadre (tenant_id, unit_id);
create index cadre_state on cadre (tenant_id, state);
create index cadre_archive_birth_id on cadre (tenant_id, archive_birth, id);
grant select, insert, update, delete on cadre to zugong_app;
alter table cadre enable row level security;
alter table cadre force row level security;
create policy tenant_isolation on cadre using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table appointment (
  tenant_id uuid not null,
  id uuid not null,
  cadre_id uuid not null,
  unit_id uuid not null,
  title text collate "C" not null,
  "level" text collate "C" not null check ("level" in ('BUREAU_CHIEF', 'BUREAU_DEPUTY', 'DIVISION_CHIEF', 'DIVISION_DEPUTY', 'SECTION_CHIEF', 'SECTION_DEPUTY', 'NO_LEADERSHIP')),
  is_main boolean not null,
  started_on date not null,
  ended_on date,
  version integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, cadre_id) references cadre (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index appointment_u1 on appointment (tenant_id, cadre_id) where is_main and ended_on is null;
create index appointment_cadre_id on appointment (tenant_id, cadre_id);
create index appointment_unit_id on appointment (tenant_id, unit_id);
grant select, insert, update, delete on appointment to zugong_app;
alter table appointment enable row level security;
alter table appointment force row level security;
create policy tenant_isolation on appointment using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000003_kernel
create table app_user (
  tenant_id uuid not null,
  id uuid not null,
  account_id uuid,
  person_id uuid,
  name text collate "C" not null,
  "kind" text collate "C" not null check ("kind" in ('HUMAN', 'SERVICE')),
  unit_id uuid not null,
  state text collate "C" not null check (state in ('ACTIVE', 'DISABLED')),
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, person_id) references person (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index app_user_u1 on app_user (tenant_id, account_id) where account_id is not null;
create index app_user_person_id on app_user (tenant_id, person_id);
create index app_user_unit_id on app_user (tenant_id, unit_id);
grant select, insert, update, delete on app_user to zugong_app;
alter table app_user enable row level security;
alter table app_user force row level security;
create policy tenant_isolation on app_user using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table role_assignment (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  role text collate "C" not null check (role in ('SUPER', 'SENIOR', 'JUNIOR', 'SYSTEM_ADMIN', 'SECURITY_ADMIN', 'AUDIT_ADMIN', 'APPLICANT', 'HANDLER', 'LEADER')),
  unit_id uuid not null,
  granted_by uuid,
  valid_from date not null,
  valid_until date,
  created_at timestamptz not null,
  revoked_at timestamptz,
  revoked_by uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index role_assignment_u1 on role_assignment (tenant_id, user_id, role, unit_id) where revoked_at is null;
create index role_assignment_user_id on role_assignment (tenant_id, user_id);
create index role_assignment_unit_id on role_assignment (tenant_id, unit_id);
grant select, insert, update, delete on role_assignment to zugong_app;
alter table role_assignment enable row level security;
alter table role_assignment force row level security;
create policy tenant_isolation on role_assignment using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table service_key (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  label text collate "C" not null,
  key_hash text collate "C" not null,
  privileged boolean not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id)
);
create unique index service_key_u1 on service_key (tenant_id, key_hash);
create index service_key_user_id on service_key (tenant_id, user_id);
grant select, insert, update, delete on service_key to zugong_app;
alter table service_key enable row level security;
alter table service_key force row level security;
create policy tenant_isolation on service_key using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table outbox (
  tenant_id uuid not null,
  id uuid not null,
  topic text collate "C" not null,
  object_type text collate "C" not null,
  object_id uuid not null,
  object_version integer not null,
  payload json not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create index outbox_object_id on outbox (tenant_id, object_id);
create index outbox_created_at on outbox (tenant_id, created_at);
grant select, insert, update, delete on outbox to zugong_app;
alter table outbox enable row level security;
alter table outbox force row level security;
create policy tenant_isolation on outbox using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table audit (
  tenant_id uuid not null,
  id uuid not null,
  actor_id uuid,
  actor_name text collate "C" not null,
  session_id uuid,
  "action" text collate "C" not null,
  object_type text collate "C" not null,
  object_id uuid,
  request_id text collate "C" not null,
  remote text collate "C",
  digest text collate "C" not null,
  detail json not null,
  "at" timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create index audit_at on audit (tenant_id, at);
create index audit_object_id on audit (tenant_id, object_id);
grant select, insert, update, delete on audit to zugong_app;
alter table audit enable row level security;
alter table audit force row level security;
create policy tenant_isolation on audit using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table idempotency (
  tenant_id uuid not null,
  id uuid not null,
  actor_id uuid not null,
  "key" text collate "C" not null,
  operation text collate "C" not null,
  body_hash text collate "C" not null,
  outcome json not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, actor_id) references app_user (tenant_id, id)
);
create unique index idempotency_u1 on idempotency (tenant_id, actor_id, key);
create index idempotency_actor_id on idempotency (tenant_id, actor_id);
create index idempotency_expires_at on idempotency (tenant_id, expires_at);
grant select, insert, update, delete on idempotency to zugong_app;
alter table idempotency enable row level security;
alter table idempotency force row level security;
create policy tenant_isolation on idempotency using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table rule_set (
  tenant_id uuid not null,
  id uuid not null,
  "key" text collate "C" not null,
  "number" integer not null,
  effective_from date not null,
  body json not null,
  published_by uuid,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index rule_set_u1 on rule_set (tenant_id, key, number);
grant select, insert, update, delete on rule_set to zugong_app;
alter table rule_set enable row level security;
alter table rule_set force row level security;
create policy tenant_isolation on rule_set using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table attachment (
  tenant_id uuid not null,
  id uuid not null,
  name text collate "C" not null,
  media_type text collate "C" not null,
  size bigint not null,
  sha256 text collate "C",
  owner_id uuid not null,
  state text collate "C" not null check (state in ('PENDING', 'STORED')),
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, owner_id) references app_user (tenant_id, id)
);
create index attachment_owner_id on attachment (tenant_id, owner_id);
grant select, insert, update, delete on attachment to zugong_app;
alter table attachment enable row level security;
alter table attachment force row level security;
create policy tenant_isolation on attachment using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table blob (
  tenant_id uuid not null,
  id uuid not null,
  sha256 text collate "C" not null,
  bytes bytea not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index blob_u1 on blob (tenant_id, sha256);
grant select, insert, update, delete on blob to zugong_app;
alter table blob enable row level security;
alter table blob force row level security;
create policy tenant_isolation on blob using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table file_ticket (
  tenant_id uuid not null,
  id uuid not null,
  token_hash text collate "C" not null,
  purpose text collate "C" not null check (purpose in ('UPLOAD', 'DOWNLOAD')),
  attachment_id uuid not null,
  user_id uuid not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, attachment_id) references attachment (tenant_id, id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id)
);
create unique index file_ticket_u1 on file_ticket (tenant_id, token_hash);
create index file_ticket_attachment_id on file_ticket (tenant_id, attachment_id);
create index file_ticket_user_id on file_ticket (tenant_id, user_id);
create index file_ticket_expires_at on file_ticket (tenant_id, expires_at);
grant select, insert, update, delete on file_ticket to zugong_app;
alter table file_ticket enable row level security;
alter table file_ticket force row level security;
create policy tenant_isolation on file_ticket using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000004_matters
create table matter (
  tenant_id uuid not null,
  id uuid not null,
  "key" text collate "C" not null,
  "number" integer not null,
  title text collate "C" not null,
  "group" text collate "C" not null check ("group" in ('PROVINCIAL_BASE', 'PROVINCIAL_LINKED', 'CITY', 'COUNTY')),
  state text collate "C" not null check (state in ('ANNOUNCED', 'ACTIVE', 'SUPERSEDED', 'CLOSED')),
  form_schema json not null,
  limit_days integer not null,
  baseline_days integer not null,
  baseline_steps integer not null,
  visits integer not null,
  effective_from date not null,
  version integer not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index matter_u1 on matter (tenant_id, key, number);
grant select, insert, update, delete on matter to zugong_app;
alter table matter enable row level security;
alter table matter force row level security;
create policy tenant_isolation on matter using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table matter_branch (
  tenant_id uuid not null,
  id uuid not null,
  matter_id uuid not null,
  "key" text collate "C" not null,
  title text collate "C" not null,
  handling_unit_id uuid not null,
  duty_item text collate "C" not null,
  step text collate "C" not null,
  is_mandatory boolean not null,
  limit_days integer not null,
  depends_on json not null,
  fields json not null,
  materials json not null,
  "position" integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, matter_id) references matter (tenant_id, id),
  foreign key (tenant_id, handling_unit_id) references unit (tenant_id, id)
);
create unique index matter_branch_u1 on matter_branch (tenant_id, matter_id, key);
create index matter_branch_matter_id on matter_branch (tenant_id, matter_id);
create index matter_branch_handling_unit_id on matter_branch (tenant_id, handling_unit_id);
grant select, insert, update, delete on matter_branch to zugong_app;
alter table matter_branch enable row level security;
alter table matter_branch force row level security;
create policy tenant_isolation on matter_branch using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table matter_material (
  tenant_id uuid not null,
  id uuid not null,
  matter_id uuid not null,
  "key" text collate "C" not null,
  title text collate "C" not null,
  phase text collate "C" not null check (phase in ('BEFORE', 'CURRENT')),
  is_mandatory boolean not null,
  media_types json not null,
  max_bytes bigint not null,
  "position" integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, matter_id) references matter (tenant_id, id)
);
create unique index matter_material_u1 on matter_material (tenant_id, matter_id, phase, key);
create index matter_material_matter_id on matter_material (tenant_id, matter_id);
grant select, insert, update, delete on matter_material to zugong_app;
alter table matter_material enable row level security;
alter table matter_material force row level security;
create policy tenant_isolation on matter_material using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table approval (
  tenant_id uuid not null,
  id uuid not null,
  matter_key text collate "C" not null,
  cadre_id uuid not null,
  unit_id uuid not null,
  document_number text collate "C" not null,
  decided_on date not null,
  effective_month text collate "C" not null,
  decided_by uuid not null,
  rule_version integer not null,
  choice json not null,
  state text collate "C" not null check (state in ('ACTIVE', 'REVOKED')),
  revoked_at timestamptz,
  revoke_reason text collate "C",
  version integer not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, cadre_id) references cadre (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, decided_by) references app_user (tenant_id, id)
);
create unique index approval_u1 on approval (tenant_id, document_number, matter_key, cadre_id);
create index approval_cadre_id on approval (tenant_id, cadre_id);
create index approval_unit_id on approval (tenant_id, unit_id);
create index approval_decided_by on approval (tenant_id, decided_by);
grant select, insert, update, delete on approval to zugong_app;
alter table approval enable row level security;
alter table approval force row level security;
create policy tenant_isolation on approval using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table matter_case (
  tenant_id uuid not null,
  id uuid not null,
  "number" text collate "C" not null,
  "kind" text collate "C" not null check ("kind" in ('ORDINARY', 'REVERSAL')),
  matter_id uuid not null,
  approval_id uuid not null,
  cadre_id uuid not null,
  unit_id uuid not null,
  applicant_id uuid not null,
  form json not null,
  state text collate "C" not null check (state in ('RUNNING', 'DONE', 'CANCELLED')),
  "level" text collate "C" not null check ("level" in ('PROVINCE', 'CITY', 'COUNTY')),
  division_code text collate "C" not null,
  submitted_at timestamptz not null,
  submitted_on date not null,
  finished_at timestamptz,
  finished_on date,
  worked_days integer,
  cancel_reason text collate "C",
  offline_steps integer not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, matter_id) references matter (tenant_id, id),
  foreign key (tenant_id, approval_id) references approval (tenant_id, id),
  foreign key (tenant_id, cadre_id) references cadre (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, applicant_id) references app_user (tenant_id, id)
);
create unique index matter_case_u1 on matter_case (tenant_id, number);
create unique index matter_case_u2 on matter_case (tenant_id, approval_id, kind) where state <> 'CANCELLED';
create index matter_case_matter_id on matter_case (tenant_id, matter_id);
create index matter_case_approval_id on matter_case (tenant_id, approval_id);
create index matter_case_cadre_id on matter_case (tenant_id, cadre_id);
create index matter_case_unit_id on matter_case (tenant_id, unit_id);
create index matter_case_applicant_id on matter_case (tenant_id, applicant_id);
create index matter_case_state_submitted_at on matter_case (tenant_id, state, submitted_at);
create index matter_case_submitted_at on matter_case (tenant_id, submitted_at);
grant select, insert, update, delete on matter_case to zugong_app;
alter table matter_case enable row level security;
alter table matter_case force row level security;
create policy tenant_isolation on matter_case using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table case_item (
  tenant_id uuid not null,
  id uuid not null,
  case_id uuid not null,
  branch_id uuid not null,
  "key" text collate "C" not null,
  title text collate "C" not null,
  handling_unit_id uuid not null,
  is_mandatory boolean not null,
  state text collate "C" not null check (state in ('WAITING', 'PENDING', 'ACCEPTED', 'SUPPLEMENT', 'RETURNED', 'DONE', 'CANCELLED')),
  limit_days integer not null,
  started_on date,
  due_on date,
  remind_on date,
  paused_on date,
  paused_days integer not null,
  finished_on date,
  worked_days integer,
  reason text collate "C",
  wanted json not null,
  handler_id uuid,
  result text collate "C",
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_id) references matter_case (tenant_id, id),
  foreign key (tenant_id, branch_id) references matter_branch (tenant_id, id),
  foreign key (tenant_id, handling_unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, handler_id) references app_user (tenant_id, id)
);
create unique index case_item_u1 on case_item (tenant_id, case_id, key);
create index case_item_case_id on case_item (tenant_id, case_id);
create index case_item_branch_id on case_item (tenant_id, branch_id);
create index case_item_handling_unit_id on case_item (tenant_id, handling_unit_id);
create index case_item_handler_id on case_item (tenant_id, handler_id);
create index case_item_handling_unit_id_state_started_on on case_item (tenant_id, handling_unit_id, state, started_on);
create index case_item_remind_on_id on case_item (tenant_id, remind_on, id) where remind_on is not null;
grant select, insert, update, delete on case_item to zugong_app;
alter table case_item enable row level security;
alter table case_item force row level security;
create policy tenant_isolation on case_item using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table case_step (
  tenant_id uuid not null,
  id uuid not null,
  case_id uuid not null,
  case_item_id uuid,
  "action" text collate "C" not null check ("action" in ('SUBMIT', 'START', 'ACCEPT', 'REQUEST_SUPPLEMENT', 'SUPPLY', 'RETURN', 'RESUBMIT', 'FINISH', 'COMPLETE', 'CANCEL', 'EFFECT', 'TRANSFER', 'URGE', 'REMIND')),
  actor_id uuid,
  note text collate "C",
  "at" timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_id) references matter_case (tenant_id, id),
  foreign key (tenant_id, case_item_id) references case_item (tenant_id, id)
);
create index case_step_case_id on case_step (tenant_id, case_id);
create index case_step_case_item_id on case_step (tenant_id, case_item_id);
grant select, insert, update, delete on case_step to zugong_app;
alter table case_step enable row level security;
alter table case_step force row level security;
create policy tenant_isolation on case_step using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table case_material (
  tenant_id uuid not null,
  id uuid not null,
  case_id uuid not null,
  "key" text collate "C" not null,
  attachment_id uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_id) references matter_case (tenant_id, id),
  foreign key (tenant_id, attachment_id) references attachment (tenant_id, id)
);
create unique index case_material_u1 on case_material (tenant_id, case_id, key);
create index case_material_case_id on case_material (tenant_id, case_id);
create index case_material_attachment_id on case_material (tenant_id, attachment_id);
grant select, insert, update, delete on case_material to zugong_app;
alter table case_material enable row level security;
alter table case_material force row level security;
create policy tenant_isolation on case_material using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table case_item_material (
  tenant_id uuid not null,
  id uuid not null,
  case_item_id uuid not null,
  case_material_id uuid not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_item_id) references case_item (tenant_id, id),
  foreign key (tenant_id, case_material_id) references case_material (tenant_id, id)
);
create unique index case_item_material_u1 on case_item_material (tenant_id, case_item_id, case_material_id);
create index case_item_material_case_item_id on case_item_material (tenant_id, case_item_id);
create index case_item_material_case_material_id on case_item_material (tenant_id, case_material_id);
grant select, insert, update, delete on case_item_material to zugong_app;
alter table case_item_material enable row level security;
alter table case_item_material force row level security;
create policy tenant_isolation on case_item_material using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table personnel_effect (
  tenant_id uuid not null,
  id uuid not null,
  case_id uuid not null,
  cadre_id uuid not null,
  "kind" text collate "C" not null check ("kind" in ('RETIRE', 'REVERSE_RETIREMENT', 'ENTER', 'MOVE', 'SECOND', 'RETURN_FROM_SECONDMENT', 'CHANGE_POSITION', 'RESIGN', 'DISMISS', 'DIE', 'REVERSE')),
  effective_on date not null,
  applied_at timestamptz,
  detail json not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_id) references matter_case (tenant_id, id),
  foreign key (tenant_id, cadre_id) references cadre (tenant_id, id)
);
create index personnel_effect_case_id on personnel_effect (tenant_id, case_id);
create index personnel_effect_cadre_id on personnel_effect (tenant_id, cadre_id);
create index personnel_effect_effective_on on personnel_effect (tenant_id, effective_on);
grant select, insert, update, delete on personnel_effect to zugong_app;
alter table personnel_effect enable row level security;
alter table personnel_effect force row level security;
create policy tenant_isolation on personnel_effect using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000005_login_attempts
create table login_attempt (
  id uuid not null,
  account_id uuid not null,
  network text collate "C" not null,
  failed_count integer not null,
  locked_until timestamptz,
  known_until timestamptz,
  updated_at timestamptz not null,
  primary key (id),
  foreign key (account_id) references account (id)
);
create unique index login_attempt_u1 on login_attempt (account_id, network);
create index login_attempt_account_id on login_attempt (account_id);
grant select, insert, update, delete on login_attempt to zugong_app;

-- m20261122_000006_flow
create table matter_flow (
  tenant_id uuid not null,
  id uuid not null,
  matter_id uuid not null,
  mode text collate "C" not null check (mode in ('ALL', 'ANY', 'AT_LEAST')),
  needed integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, matter_id) references matter (tenant_id, id)
);
create unique index matter_flow_u1 on matter_flow (tenant_id, matter_id);
grant select, insert, update, delete on matter_flow to zugong_app;
alter table matter_flow enable row level security;
alter table matter_flow force row level security;
create policy tenant_isolation on matter_flow using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table agency_route (
  tenant_id uuid not null,
  id uuid not null,
  branch_key text collate "C" not null,
  division_code text collate "C" not null,
  unit_id uuid not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index agency_route_u1 on agency_route (tenant_id, branch_key, division_code);
create index agency_route_unit_id on agency_route (tenant_id, unit_id);
grant select, insert, update, delete on agency_route to zugong_app;
alter table agency_route enable row level security;
alter table agency_route force row level security;
create policy tenant_isolation on agency_route using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table item_reminder (
  tenant_id uuid not null,
  id uuid not null,
  case_item_id uuid not null,
  threshold text collate "C" not null check (threshold in ('GREEN', 'AMBER', 'RED')),
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_item_id) references case_item (tenant_id, id)
);
create unique index item_reminder_u1 on item_reminder (tenant_id, case_item_id, threshold);
create index item_reminder_case_item_id on item_reminder (tenant_id, case_item_id);
grant select, insert, update, delete on item_reminder to zugong_app;
alter table item_reminder enable row level security;
alter table item_reminder force row level security;
create policy tenant_isolation on item_reminder using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000007_plugins
create table plugin (
  tenant_id uuid not null,
  id uuid not null,
  "key" text collate "C" not null,
  prefix text collate "C" not null,
  title text collate "C" not null,
  state text collate "C" not null check (state in ('INSTALLED', 'ENABLED', 'DISABLED', 'REMOVED')),
  package_id uuid not null,
  previous_id uuid,
  grants json not null,
  config json not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index plugin_u1 on plugin (tenant_id, key);
create unique index plugin_u2 on plugin (tenant_id, prefix);
grant select, insert, update, delete on plugin to zugong_app;
alter table plugin enable row level security;
alter table plugin force row level security;
create policy tenant_isolation on plugin using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table plugin_package (
  tenant_id uuid not null,
  id uuid not null,
  plugin_id uuid not null,
  release text collate "C" not null,
  digest text collate "C" not null,
  files json not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, plugin_id) references plugin (tenant_id, id)
);
create unique index plugin_package_u1 on plugin_package (tenant_id, plugin_id, digest);
create index plugin_package_plugin_id on plugin_package (tenant_id, plugin_id);
grant select, insert, update, delete on plugin_package to zugong_app;
alter table plugin_package enable row level security;
alter table plugin_package force row level security;
create policy tenant_isolation on plugin_package using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table plugin_slot (
  tenant_id uuid not null,
  id uuid not null,
  target text collate "C" not null,
  field text collate "C" not null,
  slot text collate "C" not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index plugin_slot_u1 on plugin_slot (tenant_id, target, slot);
create unique index plugin_slot_u2 on plugin_slot (tenant_id, target, field);
grant select, insert, update, delete on plugin_slot to zugong_app;
alter table plugin_slot enable row level security;
alter table plugin_slot force row level security;
create policy tenant_isolation on plugin_slot using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table custom_field (
  tenant_id uuid not null,
  id uuid not null,
  target text collate "C" not null,
  object_id uuid not null,
  data json not null,
  t1 text collate "C",
  t2 text collate "C",
  t3 text collate "C",
  t4 text collate "C",
  t5 text collate "C",
  t6 text collate "C",
  n1 integer,
  n2 integer,
  n3 integer,
  d1 date,
  d2 date,
  d3 date,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index custom_field_u1 on custom_field (tenant_id, object_id);
create index custom_field_target_t1_object_id on custom_field (tenant_id, target, t1, object_id) where t1 is not null;
create index custom_field_target_t2_object_id on custom_field (tenant_id, target, t2, object_id) where t2 is not null;
create index custom_field_target_t3_object_id on custom_field (tenant_id, target, t3, object_id) where t3 is not null;
create index custom_field_target_t4_object_id on custom_field (tenant_id, target, t4, object_id) where t4 is not null;
create index custom_field_target_t5_object_id on custom_field (tenant_id, target, t5, object_id) where t5 is not null;
create index custom_field_target_t6_object_id on custom_field (tenant_id, target, t6, object_id) where t6 is not null;
create index custom_field_target_n1_object_id on custom_field (tenant_id, target, n1, object_id) where n1 is not null;
create index custom_field_target_n2_object_id on custom_field (tenant_id, target, n2, object_id) where n2 is not null;
create index custom_field_target_n3_object_id on custom_field (tenant_id, target, n3, object_id) where n3 is not null;
create index custom_field_target_d1_object_id on custom_field (tenant_id, target, d1, object_id) where d1 is not null;
create index custom_field_target_d2_object_id on custom_field (tenant_id, target, d2, object_id) where d2 is not null;
create index custom_field_target_d3_object_id on custom_field (tenant_id, target, d3, object_id) where d3 is not null;
grant select, insert, update, delete on custom_field to zugong_app;
alter table custom_field enable row level security;
alter table custom_field force row level security;
create policy tenant_isolation on custom_field using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000008_cooperation
create table consultation (
  tenant_id uuid not null,
  id uuid not null,
  title text collate "C" not null,
  matter_key text collate "C" not null,
  matter_id uuid,
  question text collate "C" not null,
  state text collate "C" not null check (state in ('OPEN', 'CONCLUDED')),
  peer_id uuid not null,
  peer_code text collate "C" not null,
  peer_name text collate "C" not null,
  opened_here boolean not null,
  opened_by uuid,
  opened_by_name text collate "C" not null,
  opened_at timestamptz not null,
  conclusion text collate "C",
  concluded_matter_id uuid,
  concluded_by_name text collate "C",
  concluded_at timestamptz,
  version integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, matter_id) references matter (tenant_id, id),
  foreign key (tenant_id, opened_by) references app_user (tenant_id, id),
  foreign key (tenant_id, concluded_matter_id) references matter (tenant_id, id)
);
create index consultation_matter_id on consultation (tenant_id, matter_id);
create index consultation_opened_by on consultation (tenant_id, opened_by);
create index consultation_concluded_matter_id on consultation (tenant_id, concluded_matter_id);
create index consultation_opened_at on consultation (tenant_id, opened_at);
grant select, insert, update, delete on consultation to zugong_app;
alter table consultation enable row level security;
alter table consultation force row level security;
create policy tenant_isolation on consultation using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table consultation_position (
  tenant_id uuid not null,
  id uuid not null,
  consultation_id uuid not null,
  is_ours boolean not null,
  tenant_name text collate "C" not null,
  stance text collate "C" not null check (stance in ('SUPPORT', 'CONDITIONAL', 'OPPOSE')),
  text text collate "C" not null,
  author_id uuid,
  author_name text collate "C" not null,
  "at" timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, consultation_id) references consultation (tenant_id, id),
  foreign key (tenant_id, author_id) references app_user (tenant_id, id)
);
create index consultation_position_consultation_id on consultation_position (tenant_id, consultation_id);
create index consultation_position_author_id on consultation_position (tenant_id, author_id);
grant select, insert, update, delete on consultation_position to zugong_app;
alter table consultation_position enable row level security;
alter table consultation_position force row level security;
create policy tenant_isolation on consultation_position using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table task_force (
  tenant_id uuid not null,
  id uuid not null,
  title text collate "C" not null,
  purpose text collate "C" not null,
  unit_id uuid not null,
  valid_from date not null,
  valid_until date not null,
  state text collate "C" not null check (state in ('ACTIVE', 'DISSOLVED')),
  created_by uuid not null,
  dissolved_by uuid,
  dissolved_at timestamptz,
  dissolve_reason text collate "C",
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, created_by) references app_user (tenant_id, id),
  foreign key (tenant_id, dissolved_by) references app_user (tenant_id, id)
);
create index task_force_unit_id on task_force (tenant_id, unit_id);
create index task_force_created_by on task_force (tenant_id, created_by);
create index task_force_dissolved_by on task_force (tenant_id, dissolved_by);
create index task_force_valid_until on task_force (tenant_id, valid_until);
grant select, insert, update, delete on task_force to zugong_app;
alter table task_force enable row level security;
alter table task_force force row level security;
create policy tenant_isolation on task_force using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table task_force_member (
  tenant_id uuid not null,
  id uuid not null,
  task_force_id uuid not null,
  user_id uuid not null,
  unit_id uuid not null,
  duty text collate "C" not null,
  assignment_id uuid not null,
  joined_on date not null,
  left_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_force_id) references task_force (tenant_id, id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, assignment_id) references role_assignment (tenant_id, id)
);
create unique index task_force_member_u1 on task_force_member (tenant_id, task_force_id, user_id) where left_at is null;
create index task_force_member_task_force_id on task_force_member (tenant_id, task_force_id);
create index task_force_member_user_id on task_force_member (tenant_id, user_id);
create index task_force_member_unit_id on task_force_member (tenant_id, unit_id);
create index task_force_member_assignment_id on task_force_member (tenant_id, assignment_id);
grant select, insert, update, delete on task_force_member to zugong_app;
alter table task_force_member enable row level security;
alter table task_force_member force row level security;
create policy tenant_isolation on task_force_member using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table acceptance_review (
  tenant_id uuid not null,
  id uuid not null,
  title text collate "C" not null,
  state text collate "C" not null check (state in ('OPEN', 'CONCLUDED')),
  is_reviewer boolean not null,
  peer_id uuid not null,
  peer_code text collate "C" not null,
  peer_name text collate "C" not null,
  pass_score integer not null,
  passed boolean,
  comments text collate "C",
  opened_by uuid,
  opened_by_name text collate "C" not null,
  opened_at timestamptz not null,
  concluded_by_name text collate "C",
  concluded_at timestamptz,
  version integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, opened_by) references app_user (tenant_id, id)
);
create index acceptance_review_opened_by on acceptance_review (tenant_id, opened_by);
create index acceptance_review_opened_at on acceptance_review (tenant_id, opened_at);
grant select, insert, update, delete on acceptance_review to zugong_app;
alter table acceptance_review enable row level security;
alter table acceptance_review force row level security;
create policy tenant_isolation on acceptance_review using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table acceptance_item (
  tenant_id uuid not null,
  id uuid not null,
  review_id uuid not null,
  criterion text collate "C" not null,
  full_score integer not null,
  is_mandatory boolean not null,
  score integer,
  comment text collate "C",
  "position" integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, review_id) references acceptance_review (tenant_id, id)
);
create index acceptance_item_review_id on acceptance_item (tenant_id, review_id);
grant select, insert, update, delete on acceptance_item to zugong_app;
alter table acceptance_item enable row level security;
alter table acceptance_item force row level security;
create policy tenant_isolation on acceptance_item using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table exchange_peer (
  tenant_id uuid not null,
  id uuid not null,
  code text collate "C" not null,
  name text collate "C" not null,
  "level" text collate "C" not null check ("level" in ('PROVINCE', 'CITY', 'COUNTY')),
  endpoint text collate "C" not null,
  public_key text collate "C" not null,
  sends_cases boolean not null,
  state text collate "C" not null check (state in ('ACTIVE', 'DISABLED')),
  "position" timestamptz,
  registered_by uuid not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, registered_by) references app_user (tenant_id, id)
);
create unique index exchange_peer_u1 on exchange_peer (tenant_id, code);
create index exchange_peer_registered_by on exchange_peer (tenant_id, registered_by);
grant select, insert, update, delete on exchange_peer to zugong_app;
alter table exchange_peer enable row level security;
alter table exchange_peer force row level security;
create policy tenant_isolation on exchange_peer using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table exchange_message (
  tenant_id uuid not null,
  id uuid not null,
  peer_id uuid not null,
  "kind" text collate "C" not null check ("kind" in ('CASE', 'NOTICE')),
  "key" text collate "C" not null,
  body json not null,
  state text collate "C" not null check (state in ('PENDING', 'DELIVERED')),
  attempts integer not null,
  next_attempt_at timestamptz not null,
  last_error text collate "C",
  receipt json,
  delivered_at timestamptz,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, peer_id) references exchange_peer (tenant_id, id)
);
create unique index exchange_message_u1 on exchange_message (tenant_id, peer_id, key);
create index exchange_message_peer_id on exchange_message (tenant_id, peer_id);
create index exchange_message_next_attempt_at on exchange_message (tenant_id, next_attempt_at) where state = 'PENDING';
create index exchange_message_created_at on exchange_message (tenant_id, created_at);
grant select, insert, update, delete on exchange_message to zugong_app;
alter table exchange_message enable row level security;
alter table exchange_message force row level security;
create policy tenant_isolation on exchange_message using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table received_message (
  tenant_id uuid not null,
  id uuid not null,
  peer_id uuid not null,
  message_id uuid not null,
  "kind" text collate "C" not null check ("kind" in ('CASE', 'NOTICE')),
  digest text collate "C" not null,
  body json not null,
  received_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, peer_id) references exchange_peer (tenant_id, id)
);
create unique index received_message_u1 on received_message (tenant_id, peer_id, message_id);
create index received_message_peer_id on received_message (tenant_id, peer_id);
create index received_message_received_at on received_message (tenant_id, received_at);
grant select, insert, update, delete on received_message to zugong_app;
alter table received_message enable row level security;
alter table received_message force row level security;
create policy tenant_isolation on received_message using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table received_case (
  tenant_id uuid not null,
  id uuid not null,
  peer_id uuid not null,
  case_ref text collate "C" not null,
  "number" text collate "C" not null,
  matter_key text collate "C" not null,
  "level" text collate "C" not null check ("level" in ('PROVINCE', 'CITY', 'COUNTY')),
  division_code text collate "C" not null,
  state text collate "C" not null check (state in ('RUNNING', 'DONE', 'CANCELLED')),
  submitted_on date not null,
  finished_on date,
  worked_days integer,
  items_done integer not null,
  items_total integer not null,
  case_version integer not null,
  received_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, peer_id) references exchange_peer (tenant_id, id)
);
create unique index received_case_u1 on received_case (tenant_id, peer_id, case_ref);
create index received_case_peer_id on received_case (tenant_id, peer_id);
create index received_case_submitted_on on received_case (tenant_id, submitted_on);
grant select, insert, update, delete on received_case to zugong_app;
alter table received_case enable row level security;
alter table received_case force row level security;
create policy tenant_isolation on received_case using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table source_system (
  tenant_id uuid not null,
  id uuid not null,
  "key" text collate "C" not null,
  title text collate "C" not null,
  unit_id uuid not null,
  endpoint text collate "C",
  fields json not null,
  state text collate "C" not null check (state in ('ACTIVE', 'DISABLED')),
  registered_by uuid not null,
  version integer not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, registered_by) references app_user (tenant_id, id)
);
create unique index source_system_u1 on source_system (tenant_id, key);
create index source_system_unit_id on source_system (tenant_id, unit_id);
create index source_system_registered_by on source_system (tenant_id, registered_by);
grant select, insert, update, delete on source_system to zugong_app;
alter table source_system enable row level security;
alter table source_system force row level security;
create policy tenant_isolation on source_system using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table shared_field (
  tenant_id uuid not null,
  id uuid not null,
  cadre_id uuid not null,
  field text collate "C" not null,
  source_id uuid not null,
  value json not null,
  fetched_at timestamptz not null,
  version integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, cadre_id) references cadre (tenant_id, id),
  foreign key (tenant_id, source_id) references source_system (tenant_id, id)
);
create unique index shared_field_u1 on shared_field (tenant_id, cadre_id, field);
create index shared_field_cadre_id on shared_field (tenant_id, cadre_id);
create index shared_field_source_id on shared_field (tenant_id, source_id);
grant select, insert, update, delete on shared_field to zugong_app;
alter table shared_field enable row level security;
alter table shared_field force row level security;
create policy tenant_isolation on shared_field using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table field_dispute (
  tenant_id uuid not null,
  id uuid not null,
  shared_field_id uuid not null,
  claimed json not null,
  reason text collate "C" not null,
  state text collate "C" not null check (state in ('OPEN', 'KEPT', 'CORRECTED')),
  answer text collate "C",
  opened_by uuid not null,
  opened_at timestamptz not null,
  answered_by uuid,
  answered_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, shared_field_id) references shared_field (tenant_id, id),
  foreign key (tenant_id, opened_by) references app_user (tenant_id, id),
  foreign key (tenant_id, answered_by) references app_user (tenant_id, id)
);
create unique index field_dispute_u1 on field_dispute (tenant_id, shared_field_id) where state = 'OPEN';
create index field_dispute_shared_field_id on field_dispute (tenant_id, shared_field_id);
create index field_dispute_opened_by on field_dispute (tenant_id, opened_by);
create index field_dispute_answered_by on field_dispute (tenant_id, answered_by);
grant select, insert, update, delete on field_dispute to zugong_app;
alter table field_dispute enable row level security;
alter table field_dispute force row level security;
create policy tenant_isolation on field_dispute using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table agency_callback (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  callback_id text collate "C" not null,
  digest text collate "C" not null,
  case_item_id uuid not null,
  "action" text collate "C" not null check ("action" in ('ACCEPT', 'FINISH', 'RETURN')),
  "at" timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id),
  foreign key (tenant_id, case_item_id) references case_item (tenant_id, id)
);
create unique index agency_callback_u1 on agency_callback (tenant_id, user_id, callback_id);
create index agency_callback_user_id on agency_callback (tenant_id, user_id);
create index agency_callback_case_item_id on agency_callback (tenant_id, case_item_id);
grant select, insert, update, delete on agency_callback to zugong_app;
alter table agency_callback enable row level security;
alter table agency_callback force row level security;
create policy tenant_isolation on agency_callback using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000009_plugin_matters
create table plugin_matter (
  tenant_id uuid not null,
  id uuid not null,
  matter_id uuid not null,
  package_id uuid not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, matter_id) references matter (tenant_id, id),
  foreign key (tenant_id, package_id) references plugin_package (tenant_id, id)
);
create unique index plugin_matter_u1 on plugin_matter (tenant_id, matter_id);
create index plugin_matter_package_id on plugin_matter (tenant_id, package_id);
grant select, insert, update, delete on plugin_matter to zugong_app;
alter table plugin_matter enable row level security;
alter table plugin_matter force row level security;
create policy tenant_isolation on plugin_matter using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000010_case_reminders
create table case_reminder (
  tenant_id uuid not null,
  id uuid not null,
  case_id uuid not null,
  threshold text collate "C" not null check (threshold in ('GREEN', 'AMBER', 'RED')),
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_id) references matter_case (tenant_id, id)
);
create unique index case_reminder_u1 on case_reminder (tenant_id, case_id, threshold);
create index case_reminder_case_id on case_reminder (tenant_id, case_id);
grant select, insert, update, delete on case_reminder to zugong_app;
alter table case_reminder enable row level security;
alter table case_reminder force row level security;
create policy tenant_isolation on case_reminder using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000009_tasks
create table work_source (
  tenant_id uuid not null,
  id uuid not null,
  "kind" text collate "C" not null check ("kind" in ('REPORT_CLAUSE', 'INSTRUCTION', 'LIVELIHOOD', 'KEY_ASSIGNMENT', 'SPECIAL_SUPERVISION', 'MAJOR_PROJECT', 'KEY_WORK', 'KEY_INDICATOR', 'LINKED_EVENT', 'OPINION')),
  year integer not null,
  title text collate "C" not null,
  text text collate "C" not null,
  document text collate "C",
  clause text collate "C",
  pieces integer not null,
  unit_id uuid not null,
  received_on date not null,
  registered_by uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, registered_by) references app_user (tenant_id, id)
);
create index work_source_unit_id on work_source (tenant_id, unit_id);
create index work_source_registered_by on work_source (tenant_id, registered_by);
create index work_source_year_kind on work_source (tenant_id, year, kind);
grant select, insert, update, delete on work_source to zugong_app;
alter table work_source enable row level security;
alter table work_source force row level security;
create policy tenant_isolation on work_source using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table work_standard (
  tenant_id uuid not null,
  id uuid not null,
  "key" text collate "C" not null,
  "number" integer not null,
  title text collate "C" not null,
  difficulty integer not null,
  hours integer not null,
  published_by uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, published_by) references app_user (tenant_id, id)
);
create unique index work_standard_u1 on work_standard (tenant_id, key, number);
create index work_standard_published_by on work_standard (tenant_id, published_by);
grant select, insert, update, delete on work_standard to zugong_app;
alter table work_standard enable row level security;
alter table work_standard force row level security;
create policy tenant_isolation on work_standard using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table work_template (
  tenant_id uuid not null,
  id uuid not null,
  "key" text collate "C" not null,
  "number" integer not null,
  title text collate "C" not null,
  nodes json not null,
  published_by uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, published_by) references app_user (tenant_id, id)
);
create unique index work_template_u1 on work_template (tenant_id, key, number);
create index work_template_published_by on work_template (tenant_id, published_by);
grant select, insert, update, delete on work_template to zugong_app;
alter table work_template enable row level security;
alter table work_template force row level security;
create policy tenant_isolation on work_template using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table work_service (
  tenant_id uuid not null,
  id uuid not null,
  title text collate "C" not null,
  unit_id uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create index work_service_unit_id on work_service (tenant_id, unit_id);
grant select, insert, update, delete on work_service to zugong_app;
alter table work_service enable row level security;
alter table work_service force row level security;
create policy tenant_isolation on work_service using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table work_item (
  tenant_id uuid not null,
  id uuid not null,
  title text collate "C" not null,
  source_id uuid,
  "kind" text collate "C" not null check ("kind" in ('CONSTRUCTION', 'INDICATOR')),
  class text collate "C" not null check (class in ('BATTLE', 'KEY_WORK', 'KEY_PROJECT', 'OTHER')),
  field text collate "C" not null,
  indicator text collate "C",
  unit_id uuid not null,
  year integer not null,
  plan_start date not null,
  plan_end date not null,
  state text collate "C" not null check (state in ('OPEN', 'CLOSED')),
  template_id uuid,
  score integer,
  evaluation text collate "C",
  closed_by uuid,
  closed_at timestamptz,
  created_by uuid not null,
  events integer not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, source_id) references work_source (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, template_id) references work_template (tenant_id, id),
  foreign key (tenant_id, closed_by) references app_user (tenant_id, id),
  foreign key (tenant_id, created_by) references app_user (tenant_id, id)
);
create index work_item_source_id on work_item (tenant_id, source_id);
create index work_item_unit_id on work_item (tenant_id, unit_id);
create index work_item_template_id on work_item (tenant_id, template_id);
create index work_item_closed_by on work_item (tenant_id, closed_by);
create index work_item_created_by on work_item (tenant_id, created_by);
create index work_item_year_class on work_item (tenant_id, year, class);
grant select, insert, update, delete on work_item to zugong_app;
alter table work_item enable row level security;
alter table work_item force row level security;
create policy tenant_isolation on work_item using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table task (
  tenant_id uuid not null,
  id uuid not null,
  item_id uuid not null,
  parent_id uuid,
  path text collate "C" not null,
  "level" text collate "C" not null check ("level" in ('TASK', 'PROJECT', 'PLAN', 'PROCESS')),
  cycle text collate "C" not null check (cycle in ('YEARLY', 'MONTHLY', 'DAILY')),
  title text collate "C" not null,
  "position" integer not null,
  map_x integer not null,
  map_y integer not null,
  place text collate "C",
  nature text collate "C",
  quantity integer,
  measure text collate "C",
  unit_id uuid not null,
  executor_id uuid,
  service_id uuid,
  standard_id uuid,
  difficulty integer not null,
  hours integer not null,
  plan_start date not null,
  plan_end date not null,
  state text collate "C" not null check (state in ('DRAFT', 'PUBLISHED', 'ACCEPTED', 'UNDER_WAY', 'REPORTED', 'EVALUATED', 'WITHDRAWN')),
  percent integer not null,
  started_on date,
  finished_on date,
  is_late boolean not null,
  has_error boolean not null,
  error_reason text collate "C",
  red_from date not null,
  blue_until date,
  done_lamp text collate "C" check (done_lamp in ('WHITE', 'BLUE', 'GREEN', 'YELLOW', 'RED')),
  rule_version integer not null,
  published_by uuid,
  published_at timestamptz,
  accepted_by uuid,
  accepted_at timestamptz,
  evaluated_by uuid,
  evaluated_at timestamptz,
  score integer,
  archived_at timestamptz,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, item_id) references work_item (tenant_id, id),
  foreign key (tenant_id, parent_id) references task (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, executor_id) references app_user (tenant_id, id),
  foreign key (tenant_id, service_id) references work_service (tenant_id, id),
  foreign key (tenant_id, standard_id) references work_standard (tenant_id, id),
  foreign key (tenant_id, published_by) references app_user (tenant_id, id),
  foreign key (tenant_id, accepted_by) references app_user (tenant_id, id),
  foreign key (tenant_id, evaluated_by) references app_user (tenant_id, id)
);
create index task_item_id on task (tenant_id, item_id);
create index task_parent_id on task (tenant_id, parent_id);
create index task_unit_id on task (tenant_id, unit_id);
create index task_executor_id on task (tenant_id, executor_id);
create index task_service_id on task (tenant_id, service_id);
create index task_standard_id on task (tenant_id, standard_id);
create index task_published_by on task (tenant_id, published_by);
create index task_accepted_by on task (tenant_id, accepted_by);
create index task_evaluated_by on task (tenant_id, evaluated_by);
create index task_plan_end_unit_id on task (tenant_id, plan_end, unit_id);
create index task_item_id_path on task (tenant_id, item_id, path);
create index task_red_from on task (tenant_id, red_from) where done_lamp is null;
grant select, insert, update, delete on task to zugong_app;
alter table task enable row level security;
alter table task force row level security;
create policy tenant_isolation on task using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table task_duty (
  tenant_id uuid not null,
  id uuid not null,
  task_id uuid not null,
  "kind" text collate "C" not null check ("kind" in ('LEADING', 'IN_CHARGE', 'EXECUTING', 'ASSISTING')),
  user_id uuid not null,
  unit_id uuid not null,
  started_on date not null,
  ended_on date,
  inherited_percent integer not null,
  left_percent integer,
  is_level_matched boolean,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index task_duty_u1 on task_duty (tenant_id, task_id, kind) where ended_on is null and kind <> 'ASSISTING';
create unique index task_duty_u2 on task_duty (tenant_id, task_id, user_id, kind) where ended_on is null;
create index task_duty_task_id on task_duty (tenant_id, task_id);
create index task_duty_user_id on task_duty (tenant_id, user_id);
create index task_duty_unit_id on task_duty (tenant_id, unit_id);
grant select, insert, update, delete on task_duty to zugong_app;
alter table task_duty enable row level security;
alter table task_duty force row level security;
create policy tenant_isolation on task_duty using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table task_link (
  tenant_id uuid not null,
  id uuid not null,
  task_id uuid not null,
  after_id uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, after_id) references task (tenant_id, id)
);
create unique index task_link_u1 on task_link (tenant_id, task_id, after_id);
create index task_link_task_id on task_link (tenant_id, task_id);
create index task_link_after_id on task_link (tenant_id, after_id);
grant select, insert, update, delete on task_link to zugong_app;
alter table task_link enable row level security;
alter table task_link force row level security;
create policy tenant_isolation on task_link using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table task_step (
  tenant_id uuid not null,
  id uuid not null,
  task_id uuid not null,
  item_id uuid not null,
  "action" text collate "C" not null check ("action" in ('CREATE', 'UPDATE', 'PUBLISH', 'ACCEPT', 'PROGRESS', 'FEEDBACK', 'EVALUATE', 'RETURN', 'URGE', 'INSTRUCT', 'FORWARD', 'CO_HANDLER', 'WITHDRAW', 'ARCHIVE', 'ERROR_RAISE', 'ERROR_CLEAR', 'PREPARE', 'CONTACT', 'CHECK', 'FILE', 'KEY_MOMENT')),
  actor_id uuid,
  note text collate "C",
  percent integer,
  "at" timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, item_id) references work_item (tenant_id, id),
  foreign key (tenant_id, actor_id) references app_user (tenant_id, id)
);
create index task_step_task_id on task_step (tenant_id, task_id);
create index task_step_item_id on task_step (tenant_id, item_id);
create index task_step_actor_id on task_step (tenant_id, actor_id);
grant select, insert, update, delete on task_step to zugong_app;
alter table task_step enable row level security;
alter table task_step force row level security;
create policy tenant_isolation on task_step using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table task_file (
  tenant_id uuid not null,
  id uuid not null,
  task_id uuid not null,
  attachment_id uuid not null,
  class text collate "C" not null,
  retention text collate "C" not null check (retention in ('TEN_YEARS', 'THIRTY_YEARS', 'PERMANENT')),
  reference text collate "C",
  bound_by uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, attachment_id) references attachment (tenant_id, id),
  foreign key (tenant_id, bound_by) references app_user (tenant_id, id)
);
create unique index task_file_u1 on task_file (tenant_id, task_id, attachment_id);
create index task_file_task_id on task_file (tenant_id, task_id);
create index task_file_attachment_id on task_file (tenant_id, attachment_id);
create index task_file_bound_by on task_file (tenant_id, bound_by);
grant select, insert, update, delete on task_file to zugong_app;
alter table task_file enable row level security;
alter table task_file force row level security;
create policy tenant_isolation on task_file using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table task_plan (
  tenant_id uuid not null,
  id uuid not null,
  task_id uuid not null,
  item_id uuid not null,
  unit_id uuid not null,
  period text collate "C" not null check (period in ('YEAR', 'MONTH', 'WEEK')),
  starts_on date not null,
  planned integer not null,
  done integer not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, item_id) references work_item (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index task_plan_u1 on task_plan (tenant_id, task_id, period, starts_on);
create index task_plan_task_id on task_plan (tenant_id, task_id);
create index task_plan_item_id on task_plan (tenant_id, item_id);
create index task_plan_unit_id on task_plan (tenant_id, unit_id);
create index task_plan_period_starts_on_unit_id on task_plan (tenant_id, period, starts_on, unit_id);
grant select, insert, update, delete on task_plan to zugong_app;
alter table task_plan enable row level security;
alter table task_plan force row level security;
create policy tenant_isolation on task_plan using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table task_follow (
  tenant_id uuid not null,
  id uuid not null,
  task_id uuid not null,
  user_id uuid not null,
  is_top boolean not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id)
);
create unique index task_follow_u1 on task_follow (tenant_id, task_id, user_id);
create index task_follow_task_id on task_follow (tenant_id, task_id);
create index task_follow_user_id on task_follow (tenant_id, user_id);
grant select, insert, update, delete on task_follow to zugong_app;
alter table task_follow enable row level security;
alter table task_follow force row level security;
create policy tenant_isolation on task_follow using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table task_notice (
  tenant_id uuid not null,
  id uuid not null,
  task_id uuid,
  problem_id uuid,
  receiver_id uuid,
  unit_id uuid,
  "kind" text collate "C" not null check ("kind" in ('PUBLISHED', 'INSTRUCTION', 'INSTRUCTION_COPY', 'NEXT_TASK', 'CHILDREN_DONE', 'URGE', 'DUE_SOON', 'OVERDUE', 'WITHDRAWN', 'FORWARDED', 'REQUEST', 'PROBLEM')),
  "level" text collate "C" not null check ("level" in ('INFO', 'WARNING', 'ALERT')),
  text text collate "C" not null,
  sender_id uuid,
  "key" text collate "C" not null,
  created_at timestamptz not null,
  read_at timestamptz,
  read_by uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, receiver_id) references app_user (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, sender_id) references app_user (tenant_id, id),
  foreign key (tenant_id, read_by) references app_user (tenant_id, id)
);
create unique index task_notice_u1 on task_notice (tenant_id, key);
create index task_notice_task_id on task_notice (tenant_id, task_id);
create index task_notice_receiver_id on task_notice (tenant_id, receiver_id);
create index task_notice_unit_id on task_notice (tenant_id, unit_id);
create index task_notice_sender_id on task_notice (tenant_id, sender_id);
create index task_notice_read_by on task_notice (tenant_id, read_by);
grant select, insert, update, delete on task_notice to zugong_app;
alter table task_notice enable row level security;
alter table task_notice force row level security;
create policy tenant_isolation on task_notice using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table task_request (
  tenant_id uuid not null,
  id uuid not null,
  task_id uuid not null,
  from_unit_id uuid not null,
  unit_id uuid not null,
  text text collate "C" not null,
  due_on date not null,
  state text collate "C" not null check (state in ('OPEN', 'ANSWERED')),
  answer text collate "C",
  asked_by uuid not null,
  answered_by uuid,
  answered_at timestamptz,
  version integer not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, from_unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, asked_by) references app_user (tenant_id, id),
  foreign key (tenant_id, answered_by) references app_user (tenant_id, id)
);
create index task_request_task_id on task_request (tenant_id, task_id);
create index task_request_from_unit_id on task_request (tenant_id, from_unit_id);
create index task_request_unit_id on task_request (tenant_id, unit_id);
create index task_request_asked_by on task_request (tenant_id, asked_by);
create index task_request_answered_by on task_request (tenant_id, answered_by);
grant select, insert, update, delete on task_request to zugong_app;
alter table task_request enable row level security;
alter table task_request force row level security;
create policy tenant_isolation on task_request using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table month_close (
  tenant_id uuid not null,
  id uuid not null,
  month text collate "C" not null,
  "number" integer not null,
  reason text collate "C",
  closed_by uuid not null,
  closed_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, closed_by) references app_user (tenant_id, id)
);
create unique index month_close_u1 on month_close (tenant_id, month, number);
create index month_close_closed_by on month_close (tenant_id, closed_by);
grant select, insert, update, delete on month_close to zugong_app;
alter table month_close enable row level security;
alter table month_close force row level security;
create policy tenant_isolation on month_close using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table plate (
  tenant_id uuid not null,
  id uuid not null,
  month text collate "C" not null,
  "number" integer not null,
  is_current boolean not null,
  item_id uuid not null,
  unit_id uuid not null,
  colour text collate "C" not null check (colour in ('GREEN', 'YELLOW', 'RED')),
  is_joint boolean not null,
  planned integer not null,
  done integer not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, item_id) references work_item (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index plate_u1 on plate (tenant_id, month, number, item_id, unit_id, is_joint);
create index plate_item_id on plate (tenant_id, item_id);
create index plate_unit_id on plate (tenant_id, unit_id);
create index plate_month_unit_id_colour on plate (tenant_id, month, unit_id, colour) where is_current;
grant select, insert, update, delete on plate to zugong_app;
alter table plate enable row level security;
alter table plate force row level security;
create policy tenant_isolation on plate using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table problem (
  tenant_id uuid not null,
  id uuid not null,
  task_id uuid,
  citizen_matter_id uuid,
  unit_id uuid not null,
  cause text collate "C" not null check (cause in ('DELAY', 'QUALITY', 'COORDINATION', 'POLICY_GAP', 'CITIZEN', 'OTHER')),
  text text collate "C" not null,
  "key" text collate "C" not null,
  grade text collate "C" not null check (grade in ('MINOR', 'ORDINARY', 'SERIOUS')),
  grade_since date not null,
  raised_on date not null,
  state text collate "C" not null check (state in ('OPEN', 'RESOLVED')),
  policy_gap text collate "C",
  proposal text collate "C",
  resolution text collate "C",
  resolved_by uuid,
  resolved_at timestamptz,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, resolved_by) references app_user (tenant_id, id)
);
create unique index problem_u1 on problem (tenant_id, key) where state = 'OPEN';
create index problem_task_id on problem (tenant_id, task_id);
create index problem_unit_id on problem (tenant_id, unit_id);
create index problem_resolved_by on problem (tenant_id, resolved_by);
create index problem_grade_since on problem (tenant_id, grade_since) where state = 'OPEN';
grant select, insert, update, delete on problem to zugong_app;
alter table problem enable row level security;
alter table problem force row level security;
create policy tenant_isolation on problem using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table problem_body (
  tenant_id uuid not null,
  id uuid not null,
  problem_id uuid not null,
  body text collate "C" not null check (body in ('PARTY_OFFICE', 'GOVERNMENT_OFFICE', 'ASSESSMENT_OFFICE', 'DISCIPLINE', 'ORGANISATION')),
  user_id uuid,
  joined_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, problem_id) references problem (tenant_id, id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id)
);
create unique index problem_body_u1 on problem_body (tenant_id, problem_id, body);
create index problem_body_problem_id on problem_body (tenant_id, problem_id);
create index problem_body_user_id on problem_body (tenant_id, user_id);
grant select, insert, update, delete on problem_body to zugong_app;
alter table problem_body enable row level security;
alter table problem_body force row level security;
create policy tenant_isolation on problem_body using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table problem_step (
  tenant_id uuid not null,
  id uuid not null,
  problem_id uuid not null,
  "action" text collate "C" not null check ("action" in ('RAISE', 'JOIN', 'ESCALATE', 'INTERVIEW', 'RESOLVE')),
  actor_id uuid,
  grade text collate "C" not null check (grade in ('MINOR', 'ORDINARY', 'SERIOUS')),
  note text collate "C",
  "at" timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, problem_id) references problem (tenant_id, id),
  foreign key (tenant_id, actor_id) references app_user (tenant_id, id)
);
create index problem_step_problem_id on problem_step (tenant_id, problem_id);
create index problem_step_actor_id on problem_step (tenant_id, actor_id);
grant select, insert, update, delete on problem_step to zugong_app;
alter table problem_step enable row level security;
alter table problem_step force row level security;
create policy tenant_isolation on problem_step using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table problem_interview (
  tenant_id uuid not null,
  id uuid not null,
  problem_id uuid not null,
  interviewee_id uuid not null,
  interviewer_id uuid not null,
  held_on date not null,
  record text collate "C" not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, problem_id) references problem (tenant_id, id),
  foreign key (tenant_id, interviewee_id) references app_user (tenant_id, id),
  foreign key (tenant_id, interviewer_id) references app_user (tenant_id, id)
);
create index problem_interview_problem_id on problem_interview (tenant_id, problem_id);
create index problem_interview_interviewee_id on problem_interview (tenant_id, interviewee_id);
create index problem_interview_interviewer_id on problem_interview (tenant_id, interviewer_id);
grant select, insert, update, delete on problem_interview to zugong_app;
alter table problem_interview enable row level security;
alter table problem_interview force row level security;
create policy tenant_isolation on problem_interview using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table citizen_matter (
  tenant_id uuid not null,
  id uuid not null,
  "number" text collate "C" not null,
  title text collate "C" not null,
  text text collate "C" not null,
  unit_id uuid not null,
  task_id uuid,
  state text collate "C" not null check (state in ('RECEIVED', 'HANDLING', 'DONE')),
  received_on date not null,
  due_on date not null,
  finished_on date,
  answer text collate "C",
  rating integer,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, task_id) references task (tenant_id, id)
);
create unique index citizen_matter_u1 on citizen_matter (tenant_id, number);
create index citizen_matter_unit_id on citizen_matter (tenant_id, unit_id);
create index citizen_matter_task_id on citizen_matter (tenant_id, task_id);
grant select, insert, update, delete on citizen_matter to zugong_app;
alter table citizen_matter enable row level security;
alter table citizen_matter force row level security;
create policy tenant_isolation on citizen_matter using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000010_wechat
create table wechat_binding (
  tenant_id uuid not null,
  id uuid not null,
  app_id text collate "C" not null,
  openid text collate "C" not null,
  user_id uuid not null,
  bound_at timestamptz not null,
  unbound_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id)
);
create unique index wechat_binding_u1 on wechat_binding (tenant_id, app_id, openid) where unbound_at IS NULL;
create unique index wechat_binding_u2 on wechat_binding (tenant_id, app_id, user_id) where unbound_at IS NULL;
create index wechat_binding_user_id on wechat_binding (tenant_id, user_id);
grant select, insert, update, delete on wechat_binding to zugong_app;
alter table wechat_binding enable row level security;
alter table wechat_binding force row level security;
create policy tenant_isolation on wechat_binding using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table wechat_code (
  tenant_id uuid not null,
  id uuid not null,
  app_id text collate "C" not null,
  digest text collate "C" not null,
  used_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index wechat_code_u1 on wechat_code (tenant_id, app_id, digest);
grant select, insert, update, delete on wechat_code to zugong_app;
alter table wechat_code enable row level security;
alter table wechat_code force row level security;
create policy tenant_isolation on wechat_code using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000011_ledger
create table work_resource (
  tenant_id uuid not null,
  id uuid not null,
  field text collate "C" not null,
  year integer not null,
  amount bigint not null,
  basis text collate "C" not null,
  registered_by uuid not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, registered_by) references app_user (tenant_id, id)
);
create unique index work_resource_u1 on work_resource (tenant_id, year, field);
create index work_resource_registered_by on work_resource (tenant_id, registered_by);
grant select, insert, update, delete on work_resource to zugong_app;
alter table work_resource enable row level security;
alter table work_resource force row level security;
create policy tenant_isolation on work_resource using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table performance_export (
  tenant_id uuid not null,
  id uuid not null,
  year integer not null,
  recipient text collate "C" not null,
  purpose text collate "C" not null,
  state text collate "C" not null check (state in ('REQUESTED', 'APPROVED', 'REFUSED')),
  requested_by uuid not null,
  decided_by uuid,
  decided_at timestamptz,
  reason text collate "C",
  smallest integer,
  content json,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, requested_by) references app_user (tenant_id, id),
  foreign key (tenant_id, decided_by) references app_user (tenant_id, id)
);
create index performance_export_requested_by on performance_export (tenant_id, requested_by);
create index performance_export_decided_by on performance_export (tenant_id, decided_by);
grant select, insert, update, delete on performance_export to zugong_app;
alter table performance_export enable row level security;
alter table performance_export force row level security;
create policy tenant_isolation on performance_export using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000012_policy_library
create table policy_document (
  tenant_id uuid not null,
  id uuid not null,
  "key" text collate "C" not null,
  "number" integer not null,
  "kind" text collate "C" not null check ("kind" in ('POLICY', 'LAW', 'REGULATION')),
  "level" text collate "C" not null check ("level" in ('CENTRAL', 'PROVINCE', 'CITY', 'COUNTY')),
  aspect text collate "C",
  field text collate "C",
  title text collate "C" not null,
  issuer text collate "C" not null,
  document_number text collate "C",
  text text collate "C" not null,
  folded text collate "C" not null,
  issued_on date not null,
  valid_from date not null,
  valid_until date,
  repeal_reason text collate "C",
  published_by uuid not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, published_by) references app_user (tenant_id, id)
);
create unique index policy_document_u1 on policy_document (tenant_id, key, number);
create index policy_document_published_by on policy_document (tenant_id, published_by);
grant select, insert, update, delete on policy_document to zugong_app;
alter table policy_document enable row level security;
alter table policy_document force row level security;
create policy tenant_isolation on policy_document using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table policy_gram (
  tenant_id uuid not null,
  id uuid not null,
  document_id uuid not null,
  gram text collate "C" not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, document_id) references policy_document (tenant_id, id)
);
create unique index policy_gram_u1 on policy_gram (tenant_id, gram, document_id);
create index policy_gram_document_id on policy_gram (tenant_id, document_id);
grant select, insert, update, delete on policy_gram to zugong_app;
alter table policy_gram enable row level security;
alter table policy_gram force row level security;
create policy tenant_isolation on policy_gram using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table policy_push (
  tenant_id uuid not null,
  id uuid not null,
  document_id uuid not null,
  item_id uuid,
  unit_id uuid not null,
  note text collate "C",
  "key" text collate "C" not null,
  pushed_by uuid not null,
  created_at timestamptz not null,
  read_at timestamptz,
  read_by uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, document_id) references policy_document (tenant_id, id),
  foreign key (tenant_id, item_id) references work_item (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, pushed_by) references app_user (tenant_id, id),
  foreign key (tenant_id, read_by) references app_user (tenant_id, id)
);
create unique index policy_push_u1 on policy_push (tenant_id, key);
create index policy_push_document_id on policy_push (tenant_id, document_id);
create index policy_push_item_id on policy_push (tenant_id, item_id);
create index policy_push_unit_id on policy_push (tenant_id, unit_id);
create index policy_push_pushed_by on policy_push (tenant_id, pushed_by);
create index policy_push_read_by on policy_push (tenant_id, read_by);
grant select, insert, update, delete on policy_push to zugong_app;
alter table policy_push enable row level security;
alter table policy_push force row level security;
create policy tenant_isolation on policy_push using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table policy_effect (
  tenant_id uuid not null,
  id uuid not null,
  document_id uuid not null,
  unit_id uuid not null,
  period text collate "C" not null check (period in ('YEAR', 'MONTH', 'WEEK')),
  starts_on date not null,
  beneficiaries text collate "C" not null,
  count integer not null,
  amount bigint not null,
  benefit text collate "C" not null,
  reported_by uuid not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, document_id) references policy_document (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, reported_by) references app_user (tenant_id, id)
);
create unique index policy_effect_u1 on policy_effect (tenant_id, document_id, unit_id, period, starts_on);
create index policy_effect_document_id on policy_effect (tenant_id, document_id);
create index policy_effect_unit_id on policy_effect (tenant_id, unit_id);
create index policy_effect_reported_by on policy_effect (tenant_id, reported_by);
grant select, insert, update, delete on policy_effect to zugong_app;
alter table policy_effect enable row level security;
alter table policy_effect force row level security;
create policy tenant_isolation on policy_effect using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table policy_score (
  tenant_id uuid not null,
  id uuid not null,
  document_id uuid not null,
  scientific integer not null,
  reasonable integer not null,
  applicable integer not null,
  basis text collate "C" not null,
  unit_id uuid not null,
  scored_by uuid not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, document_id) references policy_document (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, scored_by) references app_user (tenant_id, id)
);
create unique index policy_score_u1 on policy_score (tenant_id, document_id, scored_by);
create index policy_score_document_id on policy_score (tenant_id, document_id);
create index policy_score_unit_id on policy_score (tenant_id, unit_id);
create index policy_score_scored_by on policy_score (tenant_id, scored_by);
grant select, insert, update, delete on policy_score to zugong_app;
alter table policy_score enable row level security;
alter table policy_score force row level security;
create policy tenant_isolation on policy_score using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table policy_gap (
  tenant_id uuid not null,
  id uuid not null,
  title text collate "C" not null,
  text text collate "C" not null,
  proposal text collate "C",
  field text collate "C",
  unit_id uuid not null,
  state text collate "C" not null check (state in ('OPEN', 'ANSWERED')),
  document_id uuid,
  answer text collate "C",
  opened_by uuid not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, document_id) references policy_document (tenant_id, id),
  foreign key (tenant_id, opened_by) references app_user (tenant_id, id)
);
create index policy_gap_unit_id on policy_gap (tenant_id, unit_id);
create index policy_gap_document_id on policy_gap (tenant_id, document_id);
create index policy_gap_opened_by on policy_gap (tenant_id, opened_by);
grant select, insert, update, delete on policy_gap to zugong_app;
alter table policy_gap enable row level security;
alter table policy_gap force row level security;
create policy tenant_isolation on policy_gap using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table policy_gap_problem (
  tenant_id uuid not null,
  id uuid not null,
  gap_id uuid not null,
  problem_id uuid not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, gap_id) references policy_gap (tenant_id, id),
  foreign key (tenant_id, problem_id) references problem (tenant_id, id)
);
create unique index policy_gap_problem_u1 on policy_gap_problem (tenant_id, gap_id, problem_id);
create index policy_gap_problem_gap_id on policy_gap_problem (tenant_id, gap_id);
create index policy_gap_problem_problem_id on policy_gap_problem (tenant_id, problem_id);
grant select, insert, update, delete on policy_gap_problem to zugong_app;
alter table policy_gap_problem enable row level security;
alter table policy_gap_problem force row level security;
create policy tenant_isolation on policy_gap_problem using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table glossary_term (
  tenant_id uuid not null,
  id uuid not null,
  term text collate "C" not null,
  definition text collate "C" not null,
  document_id uuid,
  written_by uuid not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, document_id) references policy_document (tenant_id, id),
  foreign key (tenant_id, written_by) references app_user (tenant_id, id)
);
create unique index glossary_term_u1 on glossary_term (tenant_id, term);
create index glossary_term_document_id on glossary_term (tenant_id, document_id);
create index glossary_term_written_by on glossary_term (tenant_id, written_by);
grant select, insert, update, delete on glossary_term to zugong_app;
alter table glossary_term enable row level security;
alter table glossary_term force row level security;
create policy tenant_isolation on glossary_term using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table step_rule (
  tenant_id uuid not null,
  id uuid not null,
  "key" text collate "C" not null,
  "action" text collate "C" not null check ("action" in ('CREATE', 'UPDATE', 'PUBLISH', 'ACCEPT', 'PROGRESS', 'FEEDBACK', 'EVALUATE', 'RETURN', 'URGE', 'INSTRUCT', 'FORWARD', 'CO_HANDLER', 'WITHDRAW', 'ARCHIVE', 'ERROR_RAISE', 'ERROR_CLEAR', 'PREPARE', 'CONTACT', 'CHECK', 'FILE', 'KEY_MOMENT')),
  note text collate "C",
  bound_by uuid not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, bound_by) references app_user (tenant_id, id)
);
create unique index step_rule_u1 on step_rule (tenant_id, key, action);
create index step_rule_bound_by on step_rule (tenant_id, bound_by);
grant select, insert, update, delete on step_rule to zugong_app;
alter table step_rule enable row level security;
alter table step_rule force row level security;
create policy tenant_isolation on step_rule using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000013_connectors
create table plugin_connector (
  tenant_id uuid not null,
  id uuid not null,
  plugin_id uuid not null,
  name text collate "C" not null,
  title text collate "C" not null,
  address text collate "C" not null,
  sealed text collate "C" not null,
  actor_id uuid not null,
  state text collate "C" not null check (state in ('ACTIVE', 'DISABLED')),
  failures integer not null,
  rests_until timestamptz,
  set_by uuid not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, plugin_id) references plugin (tenant_id, id),
  foreign key (tenant_id, actor_id) references app_user (tenant_id, id),
  foreign key (tenant_id, set_by) references app_user (tenant_id, id)
);
create unique index plugin_connector_u1 on plugin_connector (tenant_id, plugin_id, name);
create index plugin_connector_plugin_id on plugin_connector (tenant_id, plugin_id);
create index plugin_connector_actor_id on plugin_connector (tenant_id, actor_id);
create index plugin_connector_set_by on plugin_connector (tenant_id, set_by);
grant select, insert, update, delete on plugin_connector to zugong_app;
alter table plugin_connector enable row level security;
alter table plugin_connector force row level security;
create policy tenant_isolation on plugin_connector using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table connector_job (
  tenant_id uuid not null,
  id uuid not null,
  case_item_id uuid not null,
  plugin_id uuid not null,
  package_id uuid not null,
  connector text collate "C" not null,
  operation text collate "C" not null,
  state text collate "C" not null check (state in ('PENDING', 'PARKED', 'DONE', 'HANDED', 'DROPPED')),
  attempts integer not null,
  next_attempt_at timestamptz not null,
  last_error text collate "C",
  note text collate "C",
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_item_id) references case_item (tenant_id, id),
  foreign key (tenant_id, plugin_id) references plugin (tenant_id, id),
  foreign key (tenant_id, package_id) references plugin_package (tenant_id, id)
);
create unique index connector_job_u1 on connector_job (tenant_id, case_item_id);
create index connector_job_plugin_id on connector_job (tenant_id, plugin_id);
create index connector_job_package_id on connector_job (tenant_id, package_id);
create index connector_job_next_attempt_at on connector_job (tenant_id, next_attempt_at) where state in ('PENDING', 'PARKED');
grant select, insert, update, delete on connector_job to zugong_app;
alter table connector_job enable row level security;
alter table connector_job force row level security;
create policy tenant_isolation on connector_job using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table connector_call (
  tenant_id uuid not null,
  id uuid not null,
  connector_id uuid not null,
  job_id uuid,
  case_item_id uuid,
  operation text collate "C" not null,
  attempt integer not null,
  status integer,
  millis integer not null,
  error text collate "C",
  "at" timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, connector_id) references plugin_connector (tenant_id, id),
  foreign key (tenant_id, job_id) references connector_job (tenant_id, id),
  foreign key (tenant_id, case_item_id) references case_item (tenant_id, id)
);
create index connector_call_connector_id on connector_call (tenant_id, connector_id);
create index connector_call_job_id on connector_call (tenant_id, job_id);
create index connector_call_case_item_id on connector_call (tenant_id, case_item_id);
create index connector_call_at on connector_call (tenant_id, at);
grant select, insert, update, delete on connector_call to zugong_app;
alter table connector_call enable row level security;
alter table connector_call force row level security;
create policy tenant_isolation on connector_call using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000014_points
create table education_point (
  tenant_id uuid not null,
  id uuid not null,
  name text collate "C" not null,
  unit_id uuid not null,
  location text collate "C" not null,
  device text collate "C" not null,
  last_heard_at timestamptz,
  note text collate "C",
  closed_at timestamptz,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index education_point_u1 on education_point (tenant_id, device);
create index education_point_unit_id on education_point (tenant_id, unit_id);
grant select, insert, update, delete on education_point to zugong_app;
alter table education_point enable row level security;
alter table education_point force row level security;
create policy tenant_isolation on education_point using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000015_quarantine
create table plugin_quarantine (
  id uuid not null,
  sha256 text collate "C" not null,
  reason text collate "C" not null,
  placed_by text collate "C" not null,
  placed_at timestamptz not null,
  primary key (id)
);
create unique index plugin_quarantine_u1 on plugin_quarantine (sha256);
grant select, insert, update, delete on plugin_quarantine to zugong_app;

-- m20261122_000016_epochs
create table replica (
  id uuid not null,
  started_at timestamptz not null,
  seen_at timestamptz not null,
  late_at timestamptz,
  primary key (id)
);
grant select, insert, update, delete on replica to zugong_app;
create table plugin_preparation (
  id uuid not null,
  tenant_id uuid not null,
  created_at timestamptz not null,
  primary key (id),
  foreign key (tenant_id) references tenant (id)
);
create index plugin_preparation_tenant_id on plugin_preparation (tenant_id);
grant select, insert, update, delete on plugin_preparation to zugong_app;
create table plugin_epoch (
  tenant_id uuid not null,
  id uuid not null,
  "number" integer,
  state text collate "C" not null check (state in ('PREPARING', 'ACTIVE', 'ABANDONED')),
  plugin_id uuid not null,
  "action" text collate "C" not null check ("action" in ('ENABLE', 'DISABLE', 'UPGRADE', 'ROLLBACK', 'REMOVE')),
  packages json not null,
  slots json not null,
  replica_id uuid not null,
  created_at timestamptz not null,
  activated_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, plugin_id) references plugin (tenant_id, id)
);
create unique index plugin_epoch_u1 on plugin_epoch (tenant_id, number);
create index plugin_epoch_plugin_id on plugin_epoch (tenant_id, plugin_id);
create index plugin_epoch_created_at on plugin_epoch (tenant_id, created_at) where state = 'PREPARING';
grant select, insert, update, delete on plugin_epoch to zugong_app;
alter table plugin_epoch enable row level security;
alter table plugin_epoch force row level security;
create policy tenant_isolation on plugin_epoch using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
create table plugin_ack (
  tenant_id uuid not null,
  id uuid not null,
  epoch_id uuid not null,
  replica_id uuid not null,
  ok boolean not null,
  error text collate "C",
  millis integer not null,
  "at" timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, epoch_id) references plugin_epoch (tenant_id, id)
);
create unique index plugin_ack_u1 on plugin_ack (tenant_id, epoch_id, replica_id);
create index plugin_ack_epoch_id on plugin_ack (tenant_id, epoch_id);
create index plugin_ack_at on plugin_ack (tenant_id, at);
grant select, insert, update, delete on plugin_ack to zugong_app;
alter table plugin_ack enable row level security;
alter table plugin_ack force row level security;
create policy tenant_isolation on plugin_ack using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261122_000017_transitions
create table plugin_transition (
  tenant_id uuid not null,
  id uuid not null,
  case_id uuid not null,
  plugin_id uuid not null,
  package_id uuid not null,
  matter_key text collate "C" not null,
  from_state text collate "C" not null,
  to_state text collate "C" not null,
  actor_id uuid not null,
  depth integer not null,
  state text collate "C" not null check (state in ('PENDING', 'PARKED', 'DONE', 'HANDED', 'DROPPED')),
  attempts integer not null,
  next_attempt_at timestamptz not null,
  last_error text collate "C",
  effects integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_id) references matter_case (tenant_id, id),
  foreign key (tenant_id, plugin_id) references plugin (tenant_id, id),
  foreign key (tenant_id, package_id) references plugin_package (tenant_id, id),
  foreign key (tenant_id, actor_id) references app_user (tenant_id, id)
);
create unique index plugin_transition_u1 on plugin_transition (tenant_id, case_id, to_state);
create index plugin_transition_case_id on plugin_transition (tenant_id, case_id);
create index plugin_transition_plugin_id on plugin_transition (tenant_id, plugin_id);
create index plugin_transition_package_id on plugin_transition (tenant_id, package_id);
create index plugin_transition_actor_id on plugin_transition (tenant_id, actor_id);
create index plugin_transition_created_at on plugin_transition (tenant_id, created_at);
create index plugin_transition_next_attempt_at on plugin_transition (tenant_id, next_attempt_at) where state = 'PENDING';
grant select, insert, update, delete on plugin_transition to zugong_app;
alter table plugin_transition enable row level security;
alter table plugin_transition force row level security;
create policy tenant_isolation on plugin_transition using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));

-- m20261123_000018_audit_seals
create table audit_seal (
  tenant_id uuid not null,
  id uuid not null,
  "number" integer not null,
  since timestamptz,
  until timestamptz not null,
  lines integer not null,
  previous text collate "C" not null,
  digest text collate "C" not null,
  mac text collate "C" not null,
  sealed_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index audit_seal_u1 on audit_seal (tenant_id, number);
create index audit_seal_until on audit_seal (tenant_id, until);
grant select, insert, update, delete on audit_seal to zugong_app;
alter table audit_seal enable row level security;
alter table audit_seal force row level security;
create policy tenant_isolation on audit_seal using (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid))) with check (uuid_eq(tenant_id, (select nullif(current_setting('app.tenant', true), '')::uuid)));
revoke update, delete on audit from zugong_app;
revoke update, delete on audit_seal from zugong_app;

-- m20261123_000019_case_warnings
alter table matter_case add column warnings json not null default '[]';

-- m20261123_000020_task_lamps
create index task_lamp on task (tenant_id, done_lamp, red_from, has_error, blue_until, started_on, state);

-- SQLite

-- m20261122_000001_tenancy
create table tenant (
  id blob not null,
  code text not null,
  name text not null,
  "level" text not null check ("level" in ('PROVINCE', 'CITY', 'COUNTY')),
  division_code text not null,
  parent_id blob,
  state text not null check (state in ('ACTIVE', 'SUSPENDED')),
  created_at timestamp not null,
  primary key (id),
  foreign key (parent_id) references tenant (id)
);
create unique index tenant_u1 on tenant (code);
create index tenant_parent_id on tenant (parent_id);
create table account (
  id blob not null,
  login text not null,
  password_hash text,
  failed_count integer not null,
  locked_until timestamp,
  disabled boolean not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (id)
);
create unique index account_u1 on account (login);
create table account_tenant (
  account_id blob not null,
  tenant_id blob not null,
  user_id blob not null,
  is_default boolean not null,
  primary key (account_id, tenant_id),
  foreign key (account_id) references account (id),
  foreign key (tenant_id) references tenant (id)
);
create index account_tenant_account_id on account_tenant (account_id);
create index account_tenant_tenant_id on account_tenant (tenant_id);
create table auth_session (
  id blob not null,
  account_id blob not null,
  tenant_id blob not null,
  user_id blob not null,
  client text not null,
  created_at timestamp not null,
  expires_at timestamp not null,
  revoked_at timestamp,
  primary key (id),
  foreign key (account_id) references account (id)
);
create index auth_session_account_id on auth_session (account_id);
create index auth_session_user_id on auth_session (user_id);
create table refresh_token (
  id blob not null,
  session_id blob not null,
  token_hash text not null,
  previous_id blob,
  created_at timestamp not null,
  expires_at timestamp not null,
  used_at timestamp,
  revoked_at timestamp,
  primary key (id),
  foreign key (session_id) references auth_session (id)
);
create unique index refresh_token_u1 on refresh_token (token_hash);
create index refresh_token_session_id on refresh_token (session_id);
create table signing_key (
  id blob not null,
  sealed_key text not null,
  public_key text not null,
  created_at timestamp not null,
  sign_from timestamp not null,
  sign_until timestamp not null,
  retire_at timestamp not null,
  primary key (id)
);
create table authz_version (
  tenant_id blob not null,
  version bigint not null,
  primary key (tenant_id),
  foreign key (tenant_id) references tenant (id)
);
create index authz_version_tenant_id on authz_version (tenant_id);

-- m20261122_000002_organisation
create table unit (
  tenant_id blob not null,
  id blob not null,
  code text not null,
  name text not null,
  short_name text,
  sequence text not null check (sequence in ('PARTY', 'GOVERNMENT', 'CONGRESS_AND_MASS', 'TOWNSHIP', 'INSTITUTION')),
  "kind" text not null check ("kind" in ('ORGAN', 'REFERENCED_INSTITUTION', 'PUBLIC_INSTITUTION', 'MASS_ORGANISATION', 'INTERNAL_OFFICE', 'COORDINATING_BODY')),
  division_code text not null,
  parent_id blob,
  path text not null,
  "position" integer not null,
  valid_from date not null,
  valid_until date,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, parent_id) references unit (tenant_id, id)
);
create unique index unit_u1 on unit (tenant_id, code);
create unique index unit_u2 on unit (tenant_id, path);
create index unit_parent_id on unit (tenant_id, parent_id);
create table party_organisation (
  tenant_id blob not null,
  id blob not null,
  name text not null,
  "kind" text not null check ("kind" in ('COMMITTEE', 'GENERAL_BRANCH', 'BRANCH', 'GROUP')),
  parent_id blob,
  path text not null,
  unit_id blob not null,
  valid_from date not null,
  valid_until date,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, parent_id) references party_organisation (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index party_organisation_u1 on party_organisation (tenant_id, path);
create index party_organisation_parent_id on party_organisation (tenant_id, parent_id);
create index party_organisation_unit_id on party_organisation (tenant_id, unit_id);
create table person (
  tenant_id blob not null,
  id blob not null,
  name text not null,
  name_key text not null,
  id_number text not null,
  sex text not null,
  ethnicity text not null,
  birth text not null,
  native_place text,
  political_status text not null,
  education text,
  phone text,
  unit_id blob not null,
  party_organisation_id blob,
  joined_party text,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, party_organisation_id) references party_organisation (tenant_id, id)
);
create unique index person_u1 on person (tenant_id, id_number);
create index person_unit_id on person (tenant_id, unit_id);
create index person_party_organisation_id on person (tenant_id, party_organisation_id);
create index person_name_id on person (tenant_id, name, id);
create index person_name_key on person (tenant_id, name_key);
create table cadre (
  tenant_id blob not null,
  id blob not null,
  person_id blob not null,
  unit_id blob not null,
  "kind" text not null check ("kind" in ('CIVIL_SERVANT', 'REFERENCED', 'PUBLIC_INSTITUTION', 'WORKER')),
  state text not null check (state in ('CANDIDATE', 'PROBATION', 'SERVING', 'RETIRING', 'RETIRED', 'RESIGNED', 'DISMISSED', 'TRANSFERRED', 'DECEASED', 'NOT_CONFIRMED')),
  state_since date not null,
  rank text check (rank in ('COUNSEL_1', 'COUNSEL_2', 'CONSULTANT_1', 'CONSULTANT_2', 'CONSULTANT_3', 'CONSULTANT_4', 'PRINCIPAL_CLERK_1', 'PRINCIPAL_CLERK_2', 'PRINCIPAL_CLERK_3', 'PRINCIPAL_CLERK_4', 'CLERK_1', 'CLERK_2')),
  category text not null check (category in ('M60', 'F55', 'F50', 'F60')),
  archive_birth text not null,
  work_started text not null,
  contribution_months integer not null,
  under_investigation boolean not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, person_id) references person (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index cadre_u1 on cadre (tenant_id, person_id) where state in ('PROBATION', 'SERVING', 'RETIRING');
create index cadre_person_id on cadre (tenant_id, person_id);
create index cadre_unit_id on cadre (tenant_id, unit_id);
create index cadre_state on cadre (tenant_id, state);
create index cadre_archive_birth_id on cadre (tenant_id, archive_birth, id);
create table appointment (
  tenant_id blob not null,
  id blob not null,
  cadre_id blob not null,
  unit_id blob not null,
  title text not null,
  "level" text not null check ("level" in ('BUREAU_CHIEF', 'BUREAU_DEPUTY', 'DIVISION_CHIEF', 'DIVISION_DEPUTY', 'SECTION_CHIEF', 'SECTION_DEPUTY', 'NO_LEADERSHIP')),
  is_main boolean not null,
  started_on date not null,
  ended_on date,
  version integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, cadre_id) references cadre (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index appointment_u1 on appointment (tenant_id, cadre_id) where is_main and ended_on is null;
create index appointment_cadre_id on appointment (tenant_id, cadre_id);
create index appointment_unit_id on appointment (tenant_id, unit_id);

-- m20261122_000003_kernel
create table app_user (
  tenant_id blob not null,
  id blob not null,
  account_id blob,
  person_id blob,
  name text not null,
  "kind" text not null check ("kind" in ('HUMAN', 'SERVICE')),
  unit_id blob not null,
  state text not null check (state in ('ACTIVE', 'DISABLED')),
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, person_id) references person (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index app_user_u1 on app_user (tenant_id, account_id) where account_id is not null;
create index app_user_person_id on app_user (tenant_id, person_id);
create index app_user_unit_id on app_user (tenant_id, unit_id);
create table role_assignment (
  tenant_id blob not null,
  id blob not null,
  user_id blob not null,
  role text not null check (role in ('SUPER', 'SENIOR', 'JUNIOR', 'SYSTEM_ADMIN', 'SECURITY_ADMIN', 'AUDIT_ADMIN', 'APPLICANT', 'HANDLER', 'LEADER')),
  unit_id blob not null,
  granted_by blob,
  valid_from date not null,
  valid_until date,
  created_at timestamp not null,
  revoked_at timestamp,
  revoked_by blob,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index role_assignment_u1 on role_assignment (tenant_id, user_id, role, unit_id) where revoked_at is null;
create index role_assignment_user_id on role_assignment (tenant_id, user_id);
create index role_assignment_unit_id on role_assignment (tenant_id, unit_id);
create table service_key (
  tenant_id blob not null,
  id blob not null,
  user_id blob not null,
  label text not null,
  key_hash text not null,
  privileged boolean not null,
  created_at timestamp not null,
  expires_at timestamp not null,
  revoked_at timestamp,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id)
);
create unique index service_key_u1 on service_key (tenant_id, key_hash);
create index service_key_user_id on service_key (tenant_id, user_id);
create table outbox (
  tenant_id blob not null,
  id blob not null,
  topic text not null,
  object_type text not null,
  object_id blob not null,
  object_version integer not null,
  payload text not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create index outbox_object_id on outbox (tenant_id, object_id);
create index outbox_created_at on outbox (tenant_id, created_at);
create table audit (
  tenant_id blob not null,
  id blob not null,
  actor_id blob,
  actor_name text not null,
  session_id blob,
  "action" text not null,
  object_type text not null,
  object_id blob,
  request_id text not null,
  remote text,
  digest text not null,
  detail text not null,
  "at" timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create index audit_at on audit (tenant_id, at);
create index audit_object_id on audit (tenant_id, object_id);
create table idempotency (
  tenant_id blob not null,
  id blob not null,
  actor_id blob not null,
  "key" text not null,
  operation text not null,
  body_hash text not null,
  outcome text not null,
  created_at timestamp not null,
  expires_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, actor_id) references app_user (tenant_id, id)
);
create unique index idempotency_u1 on idempotency (tenant_id, actor_id, key);
create index idempotency_actor_id on idempotency (tenant_id, actor_id);
create index idempotency_expires_at on idempotency (tenant_id, expires_at);
create table rule_set (
  tenant_id blob not null,
  id blob not null,
  "key" text not null,
  "number" integer not null,
  effective_from date not null,
  body text not null,
  published_by blob,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index rule_set_u1 on rule_set (tenant_id, key, number);
create table attachment (
  tenant_id blob not null,
  id blob not null,
  name text not null,
  media_type text not null,
  size bigint not null,
  sha256 text,
  owner_id blob not null,
  state text not null check (state in ('PENDING', 'STORED')),
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, owner_id) references app_user (tenant_id, id)
);
create index attachment_owner_id on attachment (tenant_id, owner_id);
create table blob (
  tenant_id blob not null,
  id blob not null,
  sha256 text not null,
  bytes blob not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index blob_u1 on blob (tenant_id, sha256);
create table file_ticket (
  tenant_id blob not null,
  id blob not null,
  token_hash text not null,
  purpose text not null check (purpose in ('UPLOAD', 'DOWNLOAD')),
  attachment_id blob not null,
  user_id blob not null,
  expires_at timestamp not null,
  used_at timestamp,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, attachment_id) references attachment (tenant_id, id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id)
);
create unique index file_ticket_u1 on file_ticket (tenant_id, token_hash);
create index file_ticket_attachment_id on file_ticket (tenant_id, attachment_id);
create index file_ticket_user_id on file_ticket (tenant_id, user_id);
create index file_ticket_expires_at on file_ticket (tenant_id, expires_at);

-- m20261122_000004_matters
create table matter (
  tenant_id blob not null,
  id blob not null,
  "key" text not null,
  "number" integer not null,
  title text not null,
  "group" text not null check ("group" in ('PROVINCIAL_BASE', 'PROVINCIAL_LINKED', 'CITY', 'COUNTY')),
  state text not null check (state in ('ANNOUNCED', 'ACTIVE', 'SUPERSEDED', 'CLOSED')),
  form_schema text not null,
  limit_days integer not null,
  baseline_days integer not null,
  baseline_steps integer not null,
  visits integer not null,
  effective_from date not null,
  version integer not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index matter_u1 on matter (tenant_id, key, number);
create table matter_branch (
  tenant_id blob not null,
  id blob not null,
  matter_id blob not null,
  "key" text not null,
  title text not null,
  handling_unit_id blob not null,
  duty_item text not null,
  step text not null,
  is_mandatory boolean not null,
  limit_days integer not null,
  depends_on text not null,
  fields text not null,
  materials text not null,
  "position" integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, matter_id) references matter (tenant_id, id),
  foreign key (tenant_id, handling_unit_id) references unit (tenant_id, id)
);
create unique index matter_branch_u1 on matter_branch (tenant_id, matter_id, key);
create index matter_branch_matter_id on matter_branch (tenant_id, matter_id);
create index matter_branch_handling_unit_id on matter_branch (tenant_id, handling_unit_id);
create table matter_material (
  tenant_id blob not null,
  id blob not null,
  matter_id blob not null,
  "key" text not null,
  title text not null,
  phase text not null check (phase in ('BEFORE', 'CURRENT')),
  is_mandatory boolean not null,
  media_types text not null,
  max_bytes bigint not null,
  "position" integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, matter_id) references matter (tenant_id, id)
);
create unique index matter_material_u1 on matter_material (tenant_id, matter_id, phase, key);
create index matter_material_matter_id on matter_material (tenant_id, matter_id);
create table approval (
  tenant_id blob not null,
  id blob not null,
  matter_key text not null,
  cadre_id blob not null,
  unit_id blob not null,
  document_number text not null,
  decided_on date not null,
  effective_month text not null,
  decided_by blob not null,
  rule_version integer not null,
  choice text not null,
  state text not null check (state in ('ACTIVE', 'REVOKED')),
  revoked_at timestamp,
  revoke_reason text,
  version integer not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, cadre_id) references cadre (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, decided_by) references app_user (tenant_id, id)
);
create unique index approval_u1 on approval (tenant_id, document_number, matter_key, cadre_id);
create index approval_cadre_id on approval (tenant_id, cadre_id);
create index approval_unit_id on approval (tenant_id, unit_id);
create index approval_decided_by on approval (tenant_id, decided_by);
create table matter_case (
  tenant_id blob not null,
  id blob not null,
  "number" text not null,
  "kind" text not null check ("kind" in ('ORDINARY', 'REVERSAL')),
  matter_id blob not null,
  approval_id blob not null,
  cadre_id blob not null,
  unit_id blob not null,
  applicant_id blob not null,
  form text not null,
  state text not null check (state in ('RUNNING', 'DONE', 'CANCELLED')),
  "level" text not null check ("level" in ('PROVINCE', 'CITY', 'COUNTY')),
  division_code text not null,
  submitted_at timestamp not null,
  submitted_on date not null,
  finished_at timestamp,
  finished_on date,
  worked_days integer,
  cancel_reason text,
  offline_steps integer not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, matter_id) references matter (tenant_id, id),
  foreign key (tenant_id, approval_id) references approval (tenant_id, id),
  foreign key (tenant_id, cadre_id) references cadre (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, applicant_id) references app_user (tenant_id, id)
);
create unique index matter_case_u1 on matter_case (tenant_id, number);
create unique index matter_case_u2 on matter_case (tenant_id, approval_id, kind) where state <> 'CANCELLED';
create index matter_case_matter_id on matter_case (tenant_id, matter_id);
create index matter_case_approval_id on matter_case (tenant_id, approval_id);
create index matter_case_cadre_id on matter_case (tenant_id, cadre_id);
create index matter_case_unit_id on matter_case (tenant_id, unit_id);
create index matter_case_applicant_id on matter_case (tenant_id, applicant_id);
create index matter_case_state_submitted_at on matter_case (tenant_id, state, submitted_at);
create index matter_case_submitted_at on matter_case (tenant_id, submitted_at);
create table case_item (
  tenant_id blob not null,
  id blob not null,
  case_id blob not null,
  branch_id blob not null,
  "key" text not null,
  title text not null,
  handling_unit_id blob not null,
  is_mandatory boolean not null,
  state text not null check (state in ('WAITING', 'PENDING', 'ACCEPTED', 'SUPPLEMENT', 'RETURNED', 'DONE', 'CANCELLED')),
  limit_days integer not null,
  started_on date,
  due_on date,
  remind_on date,
  paused_on date,
  paused_days integer not null,
  finished_on date,
  worked_days integer,
  reason text,
  wanted text not null,
  handler_id blob,
  result text,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_id) references matter_case (tenant_id, id),
  foreign key (tenant_id, branch_id) references matter_branch (tenant_id, id),
  foreign key (tenant_id, handling_unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, handler_id) references app_user (tenant_id, id)
);
create unique index case_item_u1 on case_item (tenant_id, case_id, key);
create index case_item_case_id on case_item (tenant_id, case_id);
create index case_item_branch_id on case_item (tenant_id, branch_id);
create index case_item_handling_unit_id on case_item (tenant_id, handling_unit_id);
create index case_item_handler_id on case_item (tenant_id, handler_id);
create index case_item_handling_unit_id_state_started_on on case_item (tenant_id, handling_unit_id, state, started_on);
create index case_item_remind_on_id on case_item (tenant_id, remind_on, id) where remind_on is not null;
create table case_step (
  tenant_id blob not null,
  id blob not null,
  case_id blob not null,
  case_item_id blob,
  "action" text not null check ("action" in ('SUBMIT', 'START', 'ACCEPT', 'REQUEST_SUPPLEMENT', 'SUPPLY', 'RETURN', 'RESUBMIT', 'FINISH', 'COMPLETE', 'CANCEL', 'EFFECT', 'TRANSFER', 'URGE', 'REMIND')),
  actor_id blob,
  note text,
  "at" timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_id) references matter_case (tenant_id, id),
  foreign key (tenant_id, case_item_id) references case_item (tenant_id, id)
);
create index case_step_case_id on case_step (tenant_id, case_id);
create index case_step_case_item_id on case_step (tenant_id, case_item_id);
create table case_material (
  tenant_id blob not null,
  id blob not null,
  case_id blob not null,
  "key" text not null,
  attachment_id blob not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_id) references matter_case (tenant_id, id),
  foreign key (tenant_id, attachment_id) references attachment (tenant_id, id)
);
create unique index case_material_u1 on case_material (tenant_id, case_id, key);
create index case_material_case_id on case_material (tenant_id, case_id);
create index case_material_attachment_id on case_material (tenant_id, attachment_id);
create table case_item_material (
  tenant_id blob not null,
  id blob not null,
  case_item_id blob not null,
  case_material_id blob not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_item_id) references case_item (tenant_id, id),
  foreign key (tenant_id, case_material_id) references case_material (tenant_id, id)
);
create unique index case_item_material_u1 on case_item_material (tenant_id, case_item_id, case_material_id);
create index case_item_material_case_item_id on case_item_material (tenant_id, case_item_id);
create index case_item_material_case_material_id on case_item_material (tenant_id, case_material_id);
create table personnel_effect (
  tenant_id blob not null,
  id blob not null,
  case_id blob not null,
  cadre_id blob not null,
  "kind" text not null check ("kind" in ('RETIRE', 'REVERSE_RETIREMENT', 'ENTER', 'MOVE', 'SECOND', 'RETURN_FROM_SECONDMENT', 'CHANGE_POSITION', 'RESIGN', 'DISMISS', 'DIE', 'REVERSE')),
  effective_on date not null,
  applied_at timestamp,
  detail text not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_id) references matter_case (tenant_id, id),
  foreign key (tenant_id, cadre_id) references cadre (tenant_id, id)
);
create index personnel_effect_case_id on personnel_effect (tenant_id, case_id);
create index personnel_effect_cadre_id on personnel_effect (tenant_id, cadre_id);
create index personnel_effect_effective_on on personnel_effect (tenant_id, effective_on);

-- m20261122_000005_login_attempts
create table login_attempt (
  id blob not null,
  account_id blob not null,
  network text not null,
  failed_count integer not null,
  locked_until timestamp,
  known_until timestamp,
  updated_at timestamp not null,
  primary key (id),
  foreign key (account_id) references account (id)
);
create unique index login_attempt_u1 on login_attempt (account_id, network);
create index login_attempt_account_id on login_attempt (account_id);

-- m20261122_000006_flow
create table matter_flow (
  tenant_id blob not null,
  id blob not null,
  matter_id blob not null,
  mode text not null check (mode in ('ALL', 'ANY', 'AT_LEAST')),
  needed integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, matter_id) references matter (tenant_id, id)
);
create unique index matter_flow_u1 on matter_flow (tenant_id, matter_id);
create table agency_route (
  tenant_id blob not null,
  id blob not null,
  branch_key text not null,
  division_code text not null,
  unit_id blob not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index agency_route_u1 on agency_route (tenant_id, branch_key, division_code);
create index agency_route_unit_id on agency_route (tenant_id, unit_id);
create table item_reminder (
  tenant_id blob not null,
  id blob not null,
  case_item_id blob not null,
  threshold text not null check (threshold in ('GREEN', 'AMBER', 'RED')),
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_item_id) references case_item (tenant_id, id)
);
create unique index item_reminder_u1 on item_reminder (tenant_id, case_item_id, threshold);
create index item_reminder_case_item_id on item_reminder (tenant_id, case_item_id);

-- m20261122_000007_plugins
create table plugin (
  tenant_id blob not null,
  id blob not null,
  "key" text not null,
  prefix text not null,
  title text not null,
  state text not null check (state in ('INSTALLED', 'ENABLED', 'DISABLED', 'REMOVED')),
  package_id blob not null,
  previous_id blob,
  grants text not null,
  config text not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index plugin_u1 on plugin (tenant_id, key);
create unique index plugin_u2 on plugin (tenant_id, prefix);
create table plugin_package (
  tenant_id blob not null,
  id blob not null,
  plugin_id blob not null,
  release text not null,
  digest text not null,
  files text not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, plugin_id) references plugin (tenant_id, id)
);
create unique index plugin_package_u1 on plugin_package (tenant_id, plugin_id, digest);
create index plugin_package_plugin_id on plugin_package (tenant_id, plugin_id);
create table plugin_slot (
  tenant_id blob not null,
  id blob not null,
  target text not null,
  field text not null,
  slot text not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index plugin_slot_u1 on plugin_slot (tenant_id, target, slot);
create unique index plugin_slot_u2 on plugin_slot (tenant_id, target, field);
create table custom_field (
  tenant_id blob not null,
  id blob not null,
  target text not null,
  object_id blob not null,
  data text not null,
  t1 text,
  t2 text,
  t3 text,
  t4 text,
  t5 text,
  t6 text,
  n1 integer,
  n2 integer,
  n3 integer,
  d1 date,
  d2 date,
  d3 date,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index custom_field_u1 on custom_field (tenant_id, object_id);
create index custom_field_target_t1_object_id on custom_field (tenant_id, target, t1, object_id) where t1 is not null;
create index custom_field_target_t2_object_id on custom_field (tenant_id, target, t2, object_id) where t2 is not null;
create index custom_field_target_t3_object_id on custom_field (tenant_id, target, t3, object_id) where t3 is not null;
create index custom_field_target_t4_object_id on custom_field (tenant_id, target, t4, object_id) where t4 is not null;
create index custom_field_target_t5_object_id on custom_field (tenant_id, target, t5, object_id) where t5 is not null;
create index custom_field_target_t6_object_id on custom_field (tenant_id, target, t6, object_id) where t6 is not null;
create index custom_field_target_n1_object_id on custom_field (tenant_id, target, n1, object_id) where n1 is not null;
create index custom_field_target_n2_object_id on custom_field (tenant_id, target, n2, object_id) where n2 is not null;
create index custom_field_target_n3_object_id on custom_field (tenant_id, target, n3, object_id) where n3 is not null;
create index custom_field_target_d1_object_id on custom_field (tenant_id, target, d1, object_id) where d1 is not null;
create index custom_field_target_d2_object_id on custom_field (tenant_id, target, d2, object_id) where d2 is not null;
create index custom_field_target_d3_object_id on custom_field (tenant_id, target, d3, object_id) where d3 is not null;

-- m20261122_000008_cooperation
create table consultation (
  tenant_id blob not null,
  id blob not null,
  title text not null,
  matter_key text not null,
  matter_id blob,
  question text not null,
  state text not null check (state in ('OPEN', 'CONCLUDED')),
  peer_id blob not null,
  peer_code text not null,
  peer_name text not null,
  opened_here boolean not null,
  opened_by blob,
  opened_by_name text not null,
  opened_at timestamp not null,
  conclusion text,
  concluded_matter_id blob,
  concluded_by_name text,
  concluded_at timestamp,
  version integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, matter_id) references matter (tenant_id, id),
  foreign key (tenant_id, opened_by) references app_user (tenant_id, id),
  foreign key (tenant_id, concluded_matter_id) references matter (tenant_id, id)
);
create index consultation_matter_id on consultation (tenant_id, matter_id);
create index consultation_opened_by on consultation (tenant_id, opened_by);
create index consultation_concluded_matter_id on consultation (tenant_id, concluded_matter_id);
create index consultation_opened_at on consultation (tenant_id, opened_at);
create table consultation_position (
  tenant_id blob not null,
  id blob not null,
  consultation_id blob not null,
  is_ours boolean not null,
  tenant_name text not null,
  stance text not null check (stance in ('SUPPORT', 'CONDITIONAL', 'OPPOSE')),
  text text not null,
  author_id blob,
  author_name text not null,
  "at" timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, consultation_id) references consultation (tenant_id, id),
  foreign key (tenant_id, author_id) references app_user (tenant_id, id)
);
create index consultation_position_consultation_id on consultation_position (tenant_id, consultation_id);
create index consultation_position_author_id on consultation_position (tenant_id, author_id);
create table task_force (
  tenant_id blob not null,
  id blob not null,
  title text not null,
  purpose text not null,
  unit_id blob not null,
  valid_from date not null,
  valid_until date not null,
  state text not null check (state in ('ACTIVE', 'DISSOLVED')),
  created_by blob not null,
  dissolved_by blob,
  dissolved_at timestamp,
  dissolve_reason text,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, created_by) references app_user (tenant_id, id),
  foreign key (tenant_id, dissolved_by) references app_user (tenant_id, id)
);
create index task_force_unit_id on task_force (tenant_id, unit_id);
create index task_force_created_by on task_force (tenant_id, created_by);
create index task_force_dissolved_by on task_force (tenant_id, dissolved_by);
create index task_force_valid_until on task_force (tenant_id, valid_until);
create table task_force_member (
  tenant_id blob not null,
  id blob not null,
  task_force_id blob not null,
  user_id blob not null,
  unit_id blob not null,
  duty text not null,
  assignment_id blob not null,
  joined_on date not null,
  left_at timestamp,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_force_id) references task_force (tenant_id, id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, assignment_id) references role_assignment (tenant_id, id)
);
create unique index task_force_member_u1 on task_force_member (tenant_id, task_force_id, user_id) where left_at is null;
create index task_force_member_task_force_id on task_force_member (tenant_id, task_force_id);
create index task_force_member_user_id on task_force_member (tenant_id, user_id);
create index task_force_member_unit_id on task_force_member (tenant_id, unit_id);
create index task_force_member_assignment_id on task_force_member (tenant_id, assignment_id);
create table acceptance_review (
  tenant_id blob not null,
  id blob not null,
  title text not null,
  state text not null check (state in ('OPEN', 'CONCLUDED')),
  is_reviewer boolean not null,
  peer_id blob not null,
  peer_code text not null,
  peer_name text not null,
  pass_score integer not null,
  passed boolean,
  comments text,
  opened_by blob,
  opened_by_name text not null,
  opened_at timestamp not null,
  concluded_by_name text,
  concluded_at timestamp,
  version integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, opened_by) references app_user (tenant_id, id)
);
create index acceptance_review_opened_by on acceptance_review (tenant_id, opened_by);
create index acceptance_review_opened_at on acceptance_review (tenant_id, opened_at);
create table acceptance_item (
  tenant_id blob not null,
  id blob not null,
  review_id blob not null,
  criterion text not null,
  full_score integer not null,
  is_mandatory boolean not null,
  score integer,
  comment text,
  "position" integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, review_id) references acceptance_review (tenant_id, id)
);
create index acceptance_item_review_id on acceptance_item (tenant_id, review_id);
create table exchange_peer (
  tenant_id blob not null,
  id blob not null,
  code text not null,
  name text not null,
  "level" text not null check ("level" in ('PROVINCE', 'CITY', 'COUNTY')),
  endpoint text not null,
  public_key text not null,
  sends_cases boolean not null,
  state text not null check (state in ('ACTIVE', 'DISABLED')),
  "position" timestamp,
  registered_by blob not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, registered_by) references app_user (tenant_id, id)
);
create unique index exchange_peer_u1 on exchange_peer (tenant_id, code);
create index exchange_peer_registered_by on exchange_peer (tenant_id, registered_by);
create table exchange_message (
  tenant_id blob not null,
  id blob not null,
  peer_id blob not null,
  "kind" text not null check ("kind" in ('CASE', 'NOTICE')),
  "key" text not null,
  body text not null,
  state text not null check (state in ('PENDING', 'DELIVERED')),
  attempts integer not null,
  next_attempt_at timestamp not null,
  last_error text,
  receipt text,
  delivered_at timestamp,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, peer_id) references exchange_peer (tenant_id, id)
);
create unique index exchange_message_u1 on exchange_message (tenant_id, peer_id, key);
create index exchange_message_peer_id on exchange_message (tenant_id, peer_id);
create index exchange_message_next_attempt_at on exchange_message (tenant_id, next_attempt_at) where state = 'PENDING';
create index exchange_message_created_at on exchange_message (tenant_id, created_at);
create table received_message (
  tenant_id blob not null,
  id blob not null,
  peer_id blob not null,
  message_id blob not null,
  "kind" text not null check ("kind" in ('CASE', 'NOTICE')),
  digest text not null,
  body text not null,
  received_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, peer_id) references exchange_peer (tenant_id, id)
);
create unique index received_message_u1 on received_message (tenant_id, peer_id, message_id);
create index received_message_peer_id on received_message (tenant_id, peer_id);
create index received_message_received_at on received_message (tenant_id, received_at);
create table received_case (
  tenant_id blob not null,
  id blob not null,
  peer_id blob not null,
  case_ref text not null,
  "number" text not null,
  matter_key text not null,
  "level" text not null check ("level" in ('PROVINCE', 'CITY', 'COUNTY')),
  division_code text not null,
  state text not null check (state in ('RUNNING', 'DONE', 'CANCELLED')),
  submitted_on date not null,
  finished_on date,
  worked_days integer,
  items_done integer not null,
  items_total integer not null,
  case_version integer not null,
  received_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, peer_id) references exchange_peer (tenant_id, id)
);
create unique index received_case_u1 on received_case (tenant_id, peer_id, case_ref);
create index received_case_peer_id on received_case (tenant_id, peer_id);
create index received_case_submitted_on on received_case (tenant_id, submitted_on);
create table source_system (
  tenant_id blob not null,
  id blob not null,
  "key" text not null,
  title text not null,
  unit_id blob not null,
  endpoint text,
  fields text not null,
  state text not null check (state in ('ACTIVE', 'DISABLED')),
  registered_by blob not null,
  version integer not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, registered_by) references app_user (tenant_id, id)
);
create unique index source_system_u1 on source_system (tenant_id, key);
create index source_system_unit_id on source_system (tenant_id, unit_id);
create index source_system_registered_by on source_system (tenant_id, registered_by);
create table shared_field (
  tenant_id blob not null,
  id blob not null,
  cadre_id blob not null,
  field text not null,
  source_id blob not null,
  value text not null,
  fetched_at timestamp not null,
  version integer not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, cadre_id) references cadre (tenant_id, id),
  foreign key (tenant_id, source_id) references source_system (tenant_id, id)
);
create unique index shared_field_u1 on shared_field (tenant_id, cadre_id, field);
create index shared_field_cadre_id on shared_field (tenant_id, cadre_id);
create index shared_field_source_id on shared_field (tenant_id, source_id);
create table field_dispute (
  tenant_id blob not null,
  id blob not null,
  shared_field_id blob not null,
  claimed text not null,
  reason text not null,
  state text not null check (state in ('OPEN', 'KEPT', 'CORRECTED')),
  answer text,
  opened_by blob not null,
  opened_at timestamp not null,
  answered_by blob,
  answered_at timestamp,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, shared_field_id) references shared_field (tenant_id, id),
  foreign key (tenant_id, opened_by) references app_user (tenant_id, id),
  foreign key (tenant_id, answered_by) references app_user (tenant_id, id)
);
create unique index field_dispute_u1 on field_dispute (tenant_id, shared_field_id) where state = 'OPEN';
create index field_dispute_shared_field_id on field_dispute (tenant_id, shared_field_id);
create index field_dispute_opened_by on field_dispute (tenant_id, opened_by);
create index field_dispute_answered_by on field_dispute (tenant_id, answered_by);
create table agency_callback (
  tenant_id blob not null,
  id blob not null,
  user_id blob not null,
  callback_id text not null,
  digest text not null,
  case_item_id blob not null,
  "action" text not null check ("action" in ('ACCEPT', 'FINISH', 'RETURN')),
  "at" timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id),
  foreign key (tenant_id, case_item_id) references case_item (tenant_id, id)
);
create unique index agency_callback_u1 on agency_callback (tenant_id, user_id, callback_id);
create index agency_callback_user_id on agency_callback (tenant_id, user_id);
create index agency_callback_case_item_id on agency_callback (tenant_id, case_item_id);

-- m20261122_000009_plugin_matters
create table plugin_matter (
  tenant_id blob not null,
  id blob not null,
  matter_id blob not null,
  package_id blob not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, matter_id) references matter (tenant_id, id),
  foreign key (tenant_id, package_id) references plugin_package (tenant_id, id)
);
create unique index plugin_matter_u1 on plugin_matter (tenant_id, matter_id);
create index plugin_matter_package_id on plugin_matter (tenant_id, package_id);

-- m20261122_000010_case_reminders
create table case_reminder (
  tenant_id blob not null,
  id blob not null,
  case_id blob not null,
  threshold text not null check (threshold in ('GREEN', 'AMBER', 'RED')),
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_id) references matter_case (tenant_id, id)
);
create unique index case_reminder_u1 on case_reminder (tenant_id, case_id, threshold);
create index case_reminder_case_id on case_reminder (tenant_id, case_id);

-- m20261122_000009_tasks
create table work_source (
  tenant_id blob not null,
  id blob not null,
  "kind" text not null check ("kind" in ('REPORT_CLAUSE', 'INSTRUCTION', 'LIVELIHOOD', 'KEY_ASSIGNMENT', 'SPECIAL_SUPERVISION', 'MAJOR_PROJECT', 'KEY_WORK', 'KEY_INDICATOR', 'LINKED_EVENT', 'OPINION')),
  year integer not null,
  title text not null,
  text text not null,
  document text,
  clause text,
  pieces integer not null,
  unit_id blob not null,
  received_on date not null,
  registered_by blob not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, registered_by) references app_user (tenant_id, id)
);
create index work_source_unit_id on work_source (tenant_id, unit_id);
create index work_source_registered_by on work_source (tenant_id, registered_by);
create index work_source_year_kind on work_source (tenant_id, year, kind);
create table work_standard (
  tenant_id blob not null,
  id blob not null,
  "key" text not null,
  "number" integer not null,
  title text not null,
  difficulty integer not null,
  hours integer not null,
  published_by blob not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, published_by) references app_user (tenant_id, id)
);
create unique index work_standard_u1 on work_standard (tenant_id, key, number);
create index work_standard_published_by on work_standard (tenant_id, published_by);
create table work_template (
  tenant_id blob not null,
  id blob not null,
  "key" text not null,
  "number" integer not null,
  title text not null,
  nodes text not null,
  published_by blob not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, published_by) references app_user (tenant_id, id)
);
create unique index work_template_u1 on work_template (tenant_id, key, number);
create index work_template_published_by on work_template (tenant_id, published_by);
create table work_service (
  tenant_id blob not null,
  id blob not null,
  title text not null,
  unit_id blob not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create index work_service_unit_id on work_service (tenant_id, unit_id);
create table work_item (
  tenant_id blob not null,
  id blob not null,
  title text not null,
  source_id blob,
  "kind" text not null check ("kind" in ('CONSTRUCTION', 'INDICATOR')),
  class text not null check (class in ('BATTLE', 'KEY_WORK', 'KEY_PROJECT', 'OTHER')),
  field text not null,
  indicator text,
  unit_id blob not null,
  year integer not null,
  plan_start date not null,
  plan_end date not null,
  state text not null check (state in ('OPEN', 'CLOSED')),
  template_id blob,
  score integer,
  evaluation text,
  closed_by blob,
  closed_at timestamp,
  created_by blob not null,
  events integer not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, source_id) references work_source (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, template_id) references work_template (tenant_id, id),
  foreign key (tenant_id, closed_by) references app_user (tenant_id, id),
  foreign key (tenant_id, created_by) references app_user (tenant_id, id)
);
create index work_item_source_id on work_item (tenant_id, source_id);
create index work_item_unit_id on work_item (tenant_id, unit_id);
create index work_item_template_id on work_item (tenant_id, template_id);
create index work_item_closed_by on work_item (tenant_id, closed_by);
create index work_item_created_by on work_item (tenant_id, created_by);
create index work_item_year_class on work_item (tenant_id, year, class);
create table task (
  tenant_id blob not null,
  id blob not null,
  item_id blob not null,
  parent_id blob,
  path text not null,
  "level" text not null check ("level" in ('TASK', 'PROJECT', 'PLAN', 'PROCESS')),
  cycle text not null check (cycle in ('YEARLY', 'MONTHLY', 'DAILY')),
  title text not null,
  "position" integer not null,
  map_x integer not null,
  map_y integer not null,
  place text,
  nature text,
  quantity integer,
  measure text,
  unit_id blob not null,
  executor_id blob,
  service_id blob,
  standard_id blob,
  difficulty integer not null,
  hours integer not null,
  plan_start date not null,
  plan_end date not null,
  state text not null check (state in ('DRAFT', 'PUBLISHED', 'ACCEPTED', 'UNDER_WAY', 'REPORTED', 'EVALUATED', 'WITHDRAWN')),
  percent integer not null,
  started_on date,
  finished_on date,
  is_late boolean not null,
  has_error boolean not null,
  error_reason text,
  red_from date not null,
  blue_until date,
  done_lamp text check (done_lamp in ('WHITE', 'BLUE', 'GREEN', 'YELLOW', 'RED')),
  rule_version integer not null,
  published_by blob,
  published_at timestamp,
  accepted_by blob,
  accepted_at timestamp,
  evaluated_by blob,
  evaluated_at timestamp,
  score integer,
  archived_at timestamp,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, item_id) references work_item (tenant_id, id),
  foreign key (tenant_id, parent_id) references task (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, executor_id) references app_user (tenant_id, id),
  foreign key (tenant_id, service_id) references work_service (tenant_id, id),
  foreign key (tenant_id, standard_id) references work_standard (tenant_id, id),
  foreign key (tenant_id, published_by) references app_user (tenant_id, id),
  foreign key (tenant_id, accepted_by) references app_user (tenant_id, id),
  foreign key (tenant_id, evaluated_by) references app_user (tenant_id, id)
);
create index task_item_id on task (tenant_id, item_id);
create index task_parent_id on task (tenant_id, parent_id);
create index task_unit_id on task (tenant_id, unit_id);
create index task_executor_id on task (tenant_id, executor_id);
create index task_service_id on task (tenant_id, service_id);
create index task_standard_id on task (tenant_id, standard_id);
create index task_published_by on task (tenant_id, published_by);
create index task_accepted_by on task (tenant_id, accepted_by);
create index task_evaluated_by on task (tenant_id, evaluated_by);
create index task_plan_end_unit_id on task (tenant_id, plan_end, unit_id);
create index task_item_id_path on task (tenant_id, item_id, path);
create index task_red_from on task (tenant_id, red_from) where done_lamp is null;
create table task_duty (
  tenant_id blob not null,
  id blob not null,
  task_id blob not null,
  "kind" text not null check ("kind" in ('LEADING', 'IN_CHARGE', 'EXECUTING', 'ASSISTING')),
  user_id blob not null,
  unit_id blob not null,
  started_on date not null,
  ended_on date,
  inherited_percent integer not null,
  left_percent integer,
  is_level_matched boolean,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index task_duty_u1 on task_duty (tenant_id, task_id, kind) where ended_on is null and kind <> 'ASSISTING';
create unique index task_duty_u2 on task_duty (tenant_id, task_id, user_id, kind) where ended_on is null;
create index task_duty_task_id on task_duty (tenant_id, task_id);
create index task_duty_user_id on task_duty (tenant_id, user_id);
create index task_duty_unit_id on task_duty (tenant_id, unit_id);
create table task_link (
  tenant_id blob not null,
  id blob not null,
  task_id blob not null,
  after_id blob not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, after_id) references task (tenant_id, id)
);
create unique index task_link_u1 on task_link (tenant_id, task_id, after_id);
create index task_link_task_id on task_link (tenant_id, task_id);
create index task_link_after_id on task_link (tenant_id, after_id);
create table task_step (
  tenant_id blob not null,
  id blob not null,
  task_id blob not null,
  item_id blob not null,
  "action" text not null check ("action" in ('CREATE', 'UPDATE', 'PUBLISH', 'ACCEPT', 'PROGRESS', 'FEEDBACK', 'EVALUATE', 'RETURN', 'URGE', 'INSTRUCT', 'FORWARD', 'CO_HANDLER', 'WITHDRAW', 'ARCHIVE', 'ERROR_RAISE', 'ERROR_CLEAR', 'PREPARE', 'CONTACT', 'CHECK', 'FILE', 'KEY_MOMENT')),
  actor_id blob,
  note text,
  percent integer,
  "at" timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, item_id) references work_item (tenant_id, id),
  foreign key (tenant_id, actor_id) references app_user (tenant_id, id)
);
create index task_step_task_id on task_step (tenant_id, task_id);
create index task_step_item_id on task_step (tenant_id, item_id);
create index task_step_actor_id on task_step (tenant_id, actor_id);
create table task_file (
  tenant_id blob not null,
  id blob not null,
  task_id blob not null,
  attachment_id blob not null,
  class text not null,
  retention text not null check (retention in ('TEN_YEARS', 'THIRTY_YEARS', 'PERMANENT')),
  reference text,
  bound_by blob not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, attachment_id) references attachment (tenant_id, id),
  foreign key (tenant_id, bound_by) references app_user (tenant_id, id)
);
create unique index task_file_u1 on task_file (tenant_id, task_id, attachment_id);
create index task_file_task_id on task_file (tenant_id, task_id);
create index task_file_attachment_id on task_file (tenant_id, attachment_id);
create index task_file_bound_by on task_file (tenant_id, bound_by);
create table task_plan (
  tenant_id blob not null,
  id blob not null,
  task_id blob not null,
  item_id blob not null,
  unit_id blob not null,
  period text not null check (period in ('YEAR', 'MONTH', 'WEEK')),
  starts_on date not null,
  planned integer not null,
  done integer not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, item_id) references work_item (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index task_plan_u1 on task_plan (tenant_id, task_id, period, starts_on);
create index task_plan_task_id on task_plan (tenant_id, task_id);
create index task_plan_item_id on task_plan (tenant_id, item_id);
create index task_plan_unit_id on task_plan (tenant_id, unit_id);
create index task_plan_period_starts_on_unit_id on task_plan (tenant_id, period, starts_on, unit_id);
create table task_follow (
  tenant_id blob not null,
  id blob not null,
  task_id blob not null,
  user_id blob not null,
  is_top boolean not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id)
);
create unique index task_follow_u1 on task_follow (tenant_id, task_id, user_id);
create index task_follow_task_id on task_follow (tenant_id, task_id);
create index task_follow_user_id on task_follow (tenant_id, user_id);
create table task_notice (
  tenant_id blob not null,
  id blob not null,
  task_id blob,
  problem_id blob,
  receiver_id blob,
  unit_id blob,
  "kind" text not null check ("kind" in ('PUBLISHED', 'INSTRUCTION', 'INSTRUCTION_COPY', 'NEXT_TASK', 'CHILDREN_DONE', 'URGE', 'DUE_SOON', 'OVERDUE', 'WITHDRAWN', 'FORWARDED', 'REQUEST', 'PROBLEM')),
  "level" text not null check ("level" in ('INFO', 'WARNING', 'ALERT')),
  text text not null,
  sender_id blob,
  "key" text not null,
  created_at timestamp not null,
  read_at timestamp,
  read_by blob,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, receiver_id) references app_user (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, sender_id) references app_user (tenant_id, id),
  foreign key (tenant_id, read_by) references app_user (tenant_id, id)
);
create unique index task_notice_u1 on task_notice (tenant_id, key);
create index task_notice_task_id on task_notice (tenant_id, task_id);
create index task_notice_receiver_id on task_notice (tenant_id, receiver_id);
create index task_notice_unit_id on task_notice (tenant_id, unit_id);
create index task_notice_sender_id on task_notice (tenant_id, sender_id);
create index task_notice_read_by on task_notice (tenant_id, read_by);
create table task_request (
  tenant_id blob not null,
  id blob not null,
  task_id blob not null,
  from_unit_id blob not null,
  unit_id blob not null,
  text text not null,
  due_on date not null,
  state text not null check (state in ('OPEN', 'ANSWERED')),
  answer text,
  asked_by blob not null,
  answered_by blob,
  answered_at timestamp,
  version integer not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, from_unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, asked_by) references app_user (tenant_id, id),
  foreign key (tenant_id, answered_by) references app_user (tenant_id, id)
);
create index task_request_task_id on task_request (tenant_id, task_id);
create index task_request_from_unit_id on task_request (tenant_id, from_unit_id);
create index task_request_unit_id on task_request (tenant_id, unit_id);
create index task_request_asked_by on task_request (tenant_id, asked_by);
create index task_request_answered_by on task_request (tenant_id, answered_by);
create table month_close (
  tenant_id blob not null,
  id blob not null,
  month text not null,
  "number" integer not null,
  reason text,
  closed_by blob not null,
  closed_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, closed_by) references app_user (tenant_id, id)
);
create unique index month_close_u1 on month_close (tenant_id, month, number);
create index month_close_closed_by on month_close (tenant_id, closed_by);
create table plate (
  tenant_id blob not null,
  id blob not null,
  month text not null,
  "number" integer not null,
  is_current boolean not null,
  item_id blob not null,
  unit_id blob not null,
  colour text not null check (colour in ('GREEN', 'YELLOW', 'RED')),
  is_joint boolean not null,
  planned integer not null,
  done integer not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, item_id) references work_item (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index plate_u1 on plate (tenant_id, month, number, item_id, unit_id, is_joint);
create index plate_item_id on plate (tenant_id, item_id);
create index plate_unit_id on plate (tenant_id, unit_id);
create index plate_month_unit_id_colour on plate (tenant_id, month, unit_id, colour) where is_current;
create table problem (
  tenant_id blob not null,
  id blob not null,
  task_id blob,
  citizen_matter_id blob,
  unit_id blob not null,
  cause text not null check (cause in ('DELAY', 'QUALITY', 'COORDINATION', 'POLICY_GAP', 'CITIZEN', 'OTHER')),
  text text not null,
  "key" text not null,
  grade text not null check (grade in ('MINOR', 'ORDINARY', 'SERIOUS')),
  grade_since date not null,
  raised_on date not null,
  state text not null check (state in ('OPEN', 'RESOLVED')),
  policy_gap text,
  proposal text,
  resolution text,
  resolved_by blob,
  resolved_at timestamp,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, task_id) references task (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, resolved_by) references app_user (tenant_id, id)
);
create unique index problem_u1 on problem (tenant_id, key) where state = 'OPEN';
create index problem_task_id on problem (tenant_id, task_id);
create index problem_unit_id on problem (tenant_id, unit_id);
create index problem_resolved_by on problem (tenant_id, resolved_by);
create index problem_grade_since on problem (tenant_id, grade_since) where state = 'OPEN';
create table problem_body (
  tenant_id blob not null,
  id blob not null,
  problem_id blob not null,
  body text not null check (body in ('PARTY_OFFICE', 'GOVERNMENT_OFFICE', 'ASSESSMENT_OFFICE', 'DISCIPLINE', 'ORGANISATION')),
  user_id blob,
  joined_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, problem_id) references problem (tenant_id, id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id)
);
create unique index problem_body_u1 on problem_body (tenant_id, problem_id, body);
create index problem_body_problem_id on problem_body (tenant_id, problem_id);
create index problem_body_user_id on problem_body (tenant_id, user_id);
create table problem_step (
  tenant_id blob not null,
  id blob not null,
  problem_id blob not null,
  "action" text not null check ("action" in ('RAISE', 'JOIN', 'ESCALATE', 'INTERVIEW', 'RESOLVE')),
  actor_id blob,
  grade text not null check (grade in ('MINOR', 'ORDINARY', 'SERIOUS')),
  note text,
  "at" timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, problem_id) references problem (tenant_id, id),
  foreign key (tenant_id, actor_id) references app_user (tenant_id, id)
);
create index problem_step_problem_id on problem_step (tenant_id, problem_id);
create index problem_step_actor_id on problem_step (tenant_id, actor_id);
create table problem_interview (
  tenant_id blob not null,
  id blob not null,
  problem_id blob not null,
  interviewee_id blob not null,
  interviewer_id blob not null,
  held_on date not null,
  record text not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, problem_id) references problem (tenant_id, id),
  foreign key (tenant_id, interviewee_id) references app_user (tenant_id, id),
  foreign key (tenant_id, interviewer_id) references app_user (tenant_id, id)
);
create index problem_interview_problem_id on problem_interview (tenant_id, problem_id);
create index problem_interview_interviewee_id on problem_interview (tenant_id, interviewee_id);
create index problem_interview_interviewer_id on problem_interview (tenant_id, interviewer_id);
create table citizen_matter (
  tenant_id blob not null,
  id blob not null,
  "number" text not null,
  title text not null,
  text text not null,
  unit_id blob not null,
  task_id blob,
  state text not null check (state in ('RECEIVED', 'HANDLING', 'DONE')),
  received_on date not null,
  due_on date not null,
  finished_on date,
  answer text,
  rating integer,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, task_id) references task (tenant_id, id)
);
create unique index citizen_matter_u1 on citizen_matter (tenant_id, number);
create index citizen_matter_unit_id on citizen_matter (tenant_id, unit_id);
create index citizen_matter_task_id on citizen_matter (tenant_id, task_id);

-- m20261122_000010_wechat
create table wechat_binding (
  tenant_id blob not null,
  id blob not null,
  app_id text not null,
  openid text not null,
  user_id blob not null,
  bound_at timestamp not null,
  unbound_at timestamp,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, user_id) references app_user (tenant_id, id)
);
create unique index wechat_binding_u1 on wechat_binding (tenant_id, app_id, openid) where unbound_at IS NULL;
create unique index wechat_binding_u2 on wechat_binding (tenant_id, app_id, user_id) where unbound_at IS NULL;
create index wechat_binding_user_id on wechat_binding (tenant_id, user_id);
create table wechat_code (
  tenant_id blob not null,
  id blob not null,
  app_id text not null,
  digest text not null,
  used_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index wechat_code_u1 on wechat_code (tenant_id, app_id, digest);

-- m20261122_000011_ledger
create table work_resource (
  tenant_id blob not null,
  id blob not null,
  field text not null,
  year integer not null,
  amount bigint not null,
  basis text not null,
  registered_by blob not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, registered_by) references app_user (tenant_id, id)
);
create unique index work_resource_u1 on work_resource (tenant_id, year, field);
create index work_resource_registered_by on work_resource (tenant_id, registered_by);
create table performance_export (
  tenant_id blob not null,
  id blob not null,
  year integer not null,
  recipient text not null,
  purpose text not null,
  state text not null check (state in ('REQUESTED', 'APPROVED', 'REFUSED')),
  requested_by blob not null,
  decided_by blob,
  decided_at timestamp,
  reason text,
  smallest integer,
  content text,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, requested_by) references app_user (tenant_id, id),
  foreign key (tenant_id, decided_by) references app_user (tenant_id, id)
);
create index performance_export_requested_by on performance_export (tenant_id, requested_by);
create index performance_export_decided_by on performance_export (tenant_id, decided_by);

-- m20261122_000012_policy_library
create table policy_document (
  tenant_id blob not null,
  id blob not null,
  "key" text not null,
  "number" integer not null,
  "kind" text not null check ("kind" in ('POLICY', 'LAW', 'REGULATION')),
  "level" text not null check ("level" in ('CENTRAL', 'PROVINCE', 'CITY', 'COUNTY')),
  aspect text,
  field text,
  title text not null,
  issuer text not null,
  document_number text,
  text text not null,
  folded text not null,
  issued_on date not null,
  valid_from date not null,
  valid_until date,
  repeal_reason text,
  published_by blob not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, published_by) references app_user (tenant_id, id)
);
create unique index policy_document_u1 on policy_document (tenant_id, key, number);
create index policy_document_published_by on policy_document (tenant_id, published_by);
create table policy_gram (
  tenant_id blob not null,
  id blob not null,
  document_id blob not null,
  gram text not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, document_id) references policy_document (tenant_id, id)
);
create unique index policy_gram_u1 on policy_gram (tenant_id, gram, document_id);
create index policy_gram_document_id on policy_gram (tenant_id, document_id);
create table policy_push (
  tenant_id blob not null,
  id blob not null,
  document_id blob not null,
  item_id blob,
  unit_id blob not null,
  note text,
  "key" text not null,
  pushed_by blob not null,
  created_at timestamp not null,
  read_at timestamp,
  read_by blob,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, document_id) references policy_document (tenant_id, id),
  foreign key (tenant_id, item_id) references work_item (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, pushed_by) references app_user (tenant_id, id),
  foreign key (tenant_id, read_by) references app_user (tenant_id, id)
);
create unique index policy_push_u1 on policy_push (tenant_id, key);
create index policy_push_document_id on policy_push (tenant_id, document_id);
create index policy_push_item_id on policy_push (tenant_id, item_id);
create index policy_push_unit_id on policy_push (tenant_id, unit_id);
create index policy_push_pushed_by on policy_push (tenant_id, pushed_by);
create index policy_push_read_by on policy_push (tenant_id, read_by);
create table policy_effect (
  tenant_id blob not null,
  id blob not null,
  document_id blob not null,
  unit_id blob not null,
  period text not null check (period in ('YEAR', 'MONTH', 'WEEK')),
  starts_on date not null,
  beneficiaries text not null,
  count integer not null,
  amount bigint not null,
  benefit text not null,
  reported_by blob not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, document_id) references policy_document (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, reported_by) references app_user (tenant_id, id)
);
create unique index policy_effect_u1 on policy_effect (tenant_id, document_id, unit_id, period, starts_on);
create index policy_effect_document_id on policy_effect (tenant_id, document_id);
create index policy_effect_unit_id on policy_effect (tenant_id, unit_id);
create index policy_effect_reported_by on policy_effect (tenant_id, reported_by);
create table policy_score (
  tenant_id blob not null,
  id blob not null,
  document_id blob not null,
  scientific integer not null,
  reasonable integer not null,
  applicable integer not null,
  basis text not null,
  unit_id blob not null,
  scored_by blob not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, document_id) references policy_document (tenant_id, id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, scored_by) references app_user (tenant_id, id)
);
create unique index policy_score_u1 on policy_score (tenant_id, document_id, scored_by);
create index policy_score_document_id on policy_score (tenant_id, document_id);
create index policy_score_unit_id on policy_score (tenant_id, unit_id);
create index policy_score_scored_by on policy_score (tenant_id, scored_by);
create table policy_gap (
  tenant_id blob not null,
  id blob not null,
  title text not null,
  text text not null,
  proposal text,
  field text,
  unit_id blob not null,
  state text not null check (state in ('OPEN', 'ANSWERED')),
  document_id blob,
  answer text,
  opened_by blob not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id),
  foreign key (tenant_id, document_id) references policy_document (tenant_id, id),
  foreign key (tenant_id, opened_by) references app_user (tenant_id, id)
);
create index policy_gap_unit_id on policy_gap (tenant_id, unit_id);
create index policy_gap_document_id on policy_gap (tenant_id, document_id);
create index policy_gap_opened_by on policy_gap (tenant_id, opened_by);
create table policy_gap_problem (
  tenant_id blob not null,
  id blob not null,
  gap_id blob not null,
  problem_id blob not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, gap_id) references policy_gap (tenant_id, id),
  foreign key (tenant_id, problem_id) references problem (tenant_id, id)
);
create unique index policy_gap_problem_u1 on policy_gap_problem (tenant_id, gap_id, problem_id);
create index policy_gap_problem_gap_id on policy_gap_problem (tenant_id, gap_id);
create index policy_gap_problem_problem_id on policy_gap_problem (tenant_id, problem_id);
create table glossary_term (
  tenant_id blob not null,
  id blob not null,
  term text not null,
  definition text not null,
  document_id blob,
  written_by blob not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, document_id) references policy_document (tenant_id, id),
  foreign key (tenant_id, written_by) references app_user (tenant_id, id)
);
create unique index glossary_term_u1 on glossary_term (tenant_id, term);
create index glossary_term_document_id on glossary_term (tenant_id, document_id);
create index glossary_term_written_by on glossary_term (tenant_id, written_by);
create table step_rule (
  tenant_id blob not null,
  id blob not null,
  "key" text not null,
  "action" text not null check ("action" in ('CREATE', 'UPDATE', 'PUBLISH', 'ACCEPT', 'PROGRESS', 'FEEDBACK', 'EVALUATE', 'RETURN', 'URGE', 'INSTRUCT', 'FORWARD', 'CO_HANDLER', 'WITHDRAW', 'ARCHIVE', 'ERROR_RAISE', 'ERROR_CLEAR', 'PREPARE', 'CONTACT', 'CHECK', 'FILE', 'KEY_MOMENT')),
  note text,
  bound_by blob not null,
  created_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, bound_by) references app_user (tenant_id, id)
);
create unique index step_rule_u1 on step_rule (tenant_id, key, action);
create index step_rule_bound_by on step_rule (tenant_id, bound_by);

-- m20261122_000013_connectors
create table plugin_connector (
  tenant_id blob not null,
  id blob not null,
  plugin_id blob not null,
  name text not null,
  title text not null,
  address text not null,
  sealed text not null,
  actor_id blob not null,
  state text not null check (state in ('ACTIVE', 'DISABLED')),
  failures integer not null,
  rests_until timestamp,
  set_by blob not null,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, plugin_id) references plugin (tenant_id, id),
  foreign key (tenant_id, actor_id) references app_user (tenant_id, id),
  foreign key (tenant_id, set_by) references app_user (tenant_id, id)
);
create unique index plugin_connector_u1 on plugin_connector (tenant_id, plugin_id, name);
create index plugin_connector_plugin_id on plugin_connector (tenant_id, plugin_id);
create index plugin_connector_actor_id on plugin_connector (tenant_id, actor_id);
create index plugin_connector_set_by on plugin_connector (tenant_id, set_by);
create table connector_job (
  tenant_id blob not null,
  id blob not null,
  case_item_id blob not null,
  plugin_id blob not null,
  package_id blob not null,
  connector text not null,
  operation text not null,
  state text not null check (state in ('PENDING', 'PARKED', 'DONE', 'HANDED', 'DROPPED')),
  attempts integer not null,
  next_attempt_at timestamp not null,
  last_error text,
  note text,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_item_id) references case_item (tenant_id, id),
  foreign key (tenant_id, plugin_id) references plugin (tenant_id, id),
  foreign key (tenant_id, package_id) references plugin_package (tenant_id, id)
);
create unique index connector_job_u1 on connector_job (tenant_id, case_item_id);
create index connector_job_plugin_id on connector_job (tenant_id, plugin_id);
create index connector_job_package_id on connector_job (tenant_id, package_id);
create index connector_job_next_attempt_at on connector_job (tenant_id, next_attempt_at) where state in ('PENDING', 'PARKED');
create table connector_call (
  tenant_id blob not null,
  id blob not null,
  connector_id blob not null,
  job_id blob,
  case_item_id blob,
  operation text not null,
  attempt integer not null,
  status integer,
  millis integer not null,
  error text,
  "at" timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, connector_id) references plugin_connector (tenant_id, id),
  foreign key (tenant_id, job_id) references connector_job (tenant_id, id),
  foreign key (tenant_id, case_item_id) references case_item (tenant_id, id)
);
create index connector_call_connector_id on connector_call (tenant_id, connector_id);
create index connector_call_job_id on connector_call (tenant_id, job_id);
create index connector_call_case_item_id on connector_call (tenant_id, case_item_id);
create index connector_call_at on connector_call (tenant_id, at);

-- m20261122_000014_points
create table education_point (
  tenant_id blob not null,
  id blob not null,
  name text not null,
  unit_id blob not null,
  location text not null,
  device text not null,
  last_heard_at timestamp,
  note text,
  closed_at timestamp,
  version integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, unit_id) references unit (tenant_id, id)
);
create unique index education_point_u1 on education_point (tenant_id, device);
create index education_point_unit_id on education_point (tenant_id, unit_id);

-- m20261122_000015_quarantine
create table plugin_quarantine (
  id blob not null,
  sha256 text not null,
  reason text not null,
  placed_by text not null,
  placed_at timestamp not null,
  primary key (id)
);
create unique index plugin_quarantine_u1 on plugin_quarantine (sha256);

-- m20261122_000016_epochs
create table replica (
  id blob not null,
  started_at timestamp not null,
  seen_at timestamp not null,
  late_at timestamp,
  primary key (id)
);
create table plugin_preparation (
  id blob not null,
  tenant_id blob not null,
  created_at timestamp not null,
  primary key (id),
  foreign key (tenant_id) references tenant (id)
);
create index plugin_preparation_tenant_id on plugin_preparation (tenant_id);
create table plugin_epoch (
  tenant_id blob not null,
  id blob not null,
  "number" integer,
  state text not null check (state in ('PREPARING', 'ACTIVE', 'ABANDONED')),
  plugin_id blob not null,
  "action" text not null check ("action" in ('ENABLE', 'DISABLE', 'UPGRADE', 'ROLLBACK', 'REMOVE')),
  packages text not null,
  slots text not null,
  replica_id blob not null,
  created_at timestamp not null,
  activated_at timestamp,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, plugin_id) references plugin (tenant_id, id)
);
create unique index plugin_epoch_u1 on plugin_epoch (tenant_id, number);
create index plugin_epoch_plugin_id on plugin_epoch (tenant_id, plugin_id);
create index plugin_epoch_created_at on plugin_epoch (tenant_id, created_at) where state = 'PREPARING';
create table plugin_ack (
  tenant_id blob not null,
  id blob not null,
  epoch_id blob not null,
  replica_id blob not null,
  ok boolean not null,
  error text,
  millis integer not null,
  "at" timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, epoch_id) references plugin_epoch (tenant_id, id)
);
create unique index plugin_ack_u1 on plugin_ack (tenant_id, epoch_id, replica_id);
create index plugin_ack_epoch_id on plugin_ack (tenant_id, epoch_id);
create index plugin_ack_at on plugin_ack (tenant_id, at);

-- m20261122_000017_transitions
create table plugin_transition (
  tenant_id blob not null,
  id blob not null,
  case_id blob not null,
  plugin_id blob not null,
  package_id blob not null,
  matter_key text not null,
  from_state text not null,
  to_state text not null,
  actor_id blob not null,
  depth integer not null,
  state text not null check (state in ('PENDING', 'PARKED', 'DONE', 'HANDED', 'DROPPED')),
  attempts integer not null,
  next_attempt_at timestamp not null,
  last_error text,
  effects integer not null,
  created_at timestamp not null,
  updated_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id),
  foreign key (tenant_id, case_id) references matter_case (tenant_id, id),
  foreign key (tenant_id, plugin_id) references plugin (tenant_id, id),
  foreign key (tenant_id, package_id) references plugin_package (tenant_id, id),
  foreign key (tenant_id, actor_id) references app_user (tenant_id, id)
);
create unique index plugin_transition_u1 on plugin_transition (tenant_id, case_id, to_state);
create index plugin_transition_case_id on plugin_transition (tenant_id, case_id);
create index plugin_transition_plugin_id on plugin_transition (tenant_id, plugin_id);
create index plugin_transition_package_id on plugin_transition (tenant_id, package_id);
create index plugin_transition_actor_id on plugin_transition (tenant_id, actor_id);
create index plugin_transition_created_at on plugin_transition (tenant_id, created_at);
create index plugin_transition_next_attempt_at on plugin_transition (tenant_id, next_attempt_at) where state = 'PENDING';

-- m20261123_000018_audit_seals
create table audit_seal (
  tenant_id blob not null,
  id blob not null,
  "number" integer not null,
  since timestamp,
  until timestamp not null,
  lines integer not null,
  previous text not null,
  digest text not null,
  mac text not null,
  sealed_at timestamp not null,
  primary key (tenant_id, id),
  foreign key (tenant_id) references tenant (id)
);
create unique index audit_seal_u1 on audit_seal (tenant_id, number);
create index audit_seal_until on audit_seal (tenant_id, until);
create trigger audit_no_update before update on audit begin select raise(abort, 'rows of audit are only added'); end;
create trigger audit_no_delete before delete on audit begin select raise(abort, 'rows of audit are only added'); end;
create trigger audit_seal_no_update before update on audit_seal begin select raise(abort, 'rows of audit_seal are only added'); end;
create trigger audit_seal_no_delete before delete on audit_seal begin select raise(abort, 'rows of audit_seal are only added'); end;

-- m20261123_000019_case_warnings
alter table matter_case add column warnings text not null default '[]';

-- m20261123_000020_task_lamps
create index task_lamp on task (tenant_id, done_lamp, red_from, has_error, blue_until, started_on, state);
