-- Replays of many dead letters. The list is frozen when the job is made; whoever holds the lease drives it.
create table replay_jobs (
    id           text    not null primary key,
    created_at   integer not null,
    who          text    not null,
    why          text    not null,
    selection    text    not null,
    rate         integer not null,
    stop_percent integer not null,
    has_canary   integer not null,
    state        text    not null,
    reason       text,
    total        integer not null,
    done         integer not null default 0,
    rejected     integer not null default 0,
    changed      integer not null default 0,
    ended_at     integer,
    lease_holder text,
    lease_until  integer
) strict;

create index replay_jobs_by_state on replay_jobs (state, created_at);
create index replay_jobs_by_creation on replay_jobs (created_at, id);
create index replay_jobs_by_end on replay_jobs (ended_at) where ended_at is not null;

-- No outcome: not replayed yet.
create table replay_items (
    job_id         text    not null,
    position       integer not null,
    dead_letter_id text    not null,
    outcome        text,
    receipt        text,
    primary key (job_id, position)
) strict, without rowid;

create index replay_items_pending on replay_items (job_id, position) where outcome is null;
