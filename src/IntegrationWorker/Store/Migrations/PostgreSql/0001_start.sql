-- Instants are microseconds since 1970-01-01 UTC, yes and no are 1 and 0.

-- The study resource with its state document; the other columns are there to be searched.
create table studies (
    study_id            text collate "C" not null primary key,
    study_instance_uid  text collate "C" not null unique,
    description         text    not null,
    severity            text    not null,
    viewer_status       text    not null,
    is_cancelled        bigint  not null,
    cancelled_at        bigint,
    assigned_to         text collate "C",
    org_id              text,
    express_customer_id text,
    created_at          bigint  not null,
    updated_at          bigint  not null,
    created_by          text    not null,
    version             bigint  not null,
    state               text    not null
);

create index studies_by_assignee on studies (assigned_to, study_id);

-- Numbers that a study can be found by. No issuer is the empty text, so that the key can hold it.
create table links (
    kind     smallint not null,
    value    text collate "C" not null,
    issuer   text collate "C" not null,
    study_id text collate "C" not null,
    primary key (kind, value, issuer, study_id)
);

create index links_by_study on links (study_id);

-- The idempotency ledger. The key of a first generation is its base key, so only the others need the index:
-- later ones, and 0 for a key that was used again with other content.
create table messages (
    key               text collate "C" not null primary key,
    base_key          text collate "C" not null,
    generation        bigint  not null,
    fingerprint       bytea   not null,
    source_id         text    not null,
    message_type      text    not null,
    received_at       bigint  not null,
    last_message_time bigint,
    outcome           text    not null,
    result            text    not null
);

create index messages_of_later_generations on messages (base_key) where generation <> 1;
create index messages_by_receipt on messages (received_at);

create table history (
    id           bigint  not null generated always as identity primary key,
    study_id     text collate "C",
    version      bigint  not null,
    at           bigint  not null,
    message_key  text collate "C" not null,
    unit         bigint  not null,
    source_id    text    not null,
    message_type text    not null,
    outcome      text    not null,
    detail       text    not null
);

create index history_by_study on history (study_id, id) where study_id is not null;
create index history_by_message on history (message_key);

-- Events as they go out, never written again. Readers of the events remember positions, so none is used twice:
-- the latest event stays.
create table outbox (
    position     bigint  not null primary key,
    event_id     text    not null,
    study_id     text collate "C" not null,
    version      bigint  not null,
    created_at   bigint  not null,
    body         text    not null
);

-- The events that are not published yet.
create table outbox_pending (
    position   bigint  not null primary key,
    study_id   text collate "C" not null,
    created_at bigint  not null
);

create index outbox_pending_by_study on outbox_pending (study_id, position);

-- Units that wait for their study; the payload is encrypted.
create table parked (
    unit_key    text collate "C" not null primary key,
    message_key text collate "C" not null,
    received_at bigint  not null,
    expires_at  bigint  not null,
    payload     bytea   not null
);

create index parked_by_expiry on parked (expires_at);
create index parked_by_message on parked (message_key);

create table parked_keys (
    kind     smallint not null,
    value    text collate "C" not null,
    unit_key text collate "C" not null,
    primary key (kind, value, unit_key)
);

create index parked_keys_by_unit on parked_keys (unit_key);

-- Body, headers and error are encrypted.
create table dead_letters (
    id            text collate "C" not null primary key,
    message_key   text collate "C" not null,
    code          text    not null,
    location      text,
    source_id     text    not null,
    message_type  text    not null,
    received_at   bigint  not null,
    door          text    not null,
    units         text    not null,
    status        text    not null default 'open',
    attempts      bigint  not null default 0,
    body          bytea   not null,
    headers       bytea   not null,
    error         bytea   not null,
    closed_at     bigint,
    closed_reason text
);

create index dead_letters_by_receipt on dead_letters (received_at, id);
create index dead_letters_by_status on dead_letters (status, received_at, id);
create index dead_letters_by_code on dead_letters (code, received_at, id);
create index dead_letters_by_message on dead_letters (message_key);

create table dead_letter_attempts (
    id             bigint  not null generated always as identity primary key,
    dead_letter_id text collate "C" not null,
    at             bigint  not null,
    who            text    not null,
    why            text    not null,
    outcome        text    not null,
    detail         text    not null
);

create index dead_letter_attempts_by_letter on dead_letter_attempts (dead_letter_id, id);

create table subscription_positions (
    source_id       text    not null,
    subscription_id text    not null,
    position        bigint  not null,
    seen            text    not null,
    last_heard_at   bigint  not null,
    gap_since       bigint,
    primary key (source_id, subscription_id)
);

-- What the store knows of itself: the check value of the protection keys, the last health check.
create table meta (
    key   text collate "C" not null primary key,
    value text collate "C" not null
);

-- Rows of this are written again soon: room on their page keeps the new version off the indices.
alter table studies set (fillfactor = 75);

-- Small tables that rows come to and go from all the time.
alter table outbox_pending set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
