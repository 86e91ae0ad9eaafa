-- Replays of many dead letters. The list is frozen when the job is made; whoever holds the lease drives it.
create table replay_jobs (
    id           text collate "C" not null primary key,
    created_at   bigint  not null,
    who          text    not null,
    why          text    not null,
    selection    text    not null,
    rate         bigint  not null,
    stop_percent bigint  not null,
    has_canary   bigint  not null,
    state        text    not null,
    reason       text,
    total        bigint  not null,
    done         bigint  not null default 0,
    rejected     bigint  not null default 0,
    changed      bigint  not null default 0,
    ended_at     bigint,
    lease_holder text,
    lease_until  bigint
);

create index replay_jobs_by_state on replay_jobs (state, created_at);
create index replay_jobs_by_creation on replay_jobs (created_at, id);
create index replay_jobs_by_end on replay_jobs (ended_at) where ended_at is not null;

-- No outcome: not replayed yet.
create table replay_items (
    job_id         text collate "C" not null,
    position       bigint  not null,
    dead_letter_id text collate "C" not null,
    outcome        text,
    receipt        text,
    primary key (job_id, position)
);

create index replay_items_pending on replay_items (job_id, position) where outcome is null;
