-- A dead letter is a case with a life: open, replaying, resolved, superseded, discarded. What a failed replay says of it now stands in
-- code, location and cause; what it began with stays in first_code, and every step in its attempts.
update dead_letters set status = 'resolved' where status = 'replayed';

alter table dead_letters
    add column cause      text   not null default '',
    add column first_code text,
    add column revision   bigint not null default 0;

create index dead_letters_by_cause on dead_letters (status, code, source_id, location, cause, received_at);

alter table dead_letter_attempts
    add column action   text   not null default 'replay',
    add column code     text,
    add column revision bigint not null default 0;

-- Numbers that a case can be found by. Messages that found their study need none: they are found by it.
create table dead_letter_keys (
    kind           smallint not null,
    value          text collate "C" not null,
    dead_letter_id text collate "C" not null,
    primary key (kind, value, dead_letter_id)
);

create index dead_letter_keys_by_letter on dead_letter_keys (dead_letter_id);

-- Who has looked at what a message says, or taken it along.
create table dead_letter_views (
    id             bigint  not null generated always as identity primary key,
    dead_letter_id text collate "C" not null,
    at             bigint  not null,
    who            text    not null,
    action         text    not null
);

create index dead_letter_views_by_letter on dead_letter_views (dead_letter_id, id);
