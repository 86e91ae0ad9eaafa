-- What has to be read from FHIR servers: written with the notification that asks for it. Whoever asks for the same again makes
-- the row newer; it goes when what was asked for last has been read.
create table fhir_fetches (
    id              text    not null primary key,
    source_id       text    not null,
    kind            text    not null,
    subscription_id text    not null,
    reference       text    not null,
    since           integer,
    asked           integer not null,
    asked_at        integer not null,
    due_at          integer not null,
    attempts        integer not null default 0,
    error           text
) strict, without rowid;

create index fhir_fetches_by_due on fhir_fetches (source_id, due_at);

-- Up to when a search has found everything.
create table fhir_watermarks (
    source_id   text    not null,
    criteria    text    not null,
    searched_to integer not null,
    primary key (source_id, criteria)
) strict, without rowid;

-- Gaps in the event numbers of subscriptions: what was missing, and how it was made good.
create table subscription_gaps (
    source_id       text    not null,
    subscription_id text    not null,
    noticed_at      integer not null,
    first_number    integer not null,
    last_number     integer not null,
    attempts        integer not null default 0,
    recovered_by    text,
    error           text,
    closed_at       integer,
    primary key (source_id, subscription_id, noticed_at)
) strict, without rowid;

-- The highest number heard of, what the server says of the subscription, and the time of the last event without a gap before it.
alter table subscription_positions add column highest integer not null default 0;
alter table subscription_positions add column status text;
alter table subscription_positions add column contiguous_at integer;
