-- What is to be brought to the reading platform: one row for each unit that changed a study, oldest first. The payload is encrypted.
create table target_plans (
    position    bigint not null generated always as identity primary key,
    study_id    text collate "C" not null,
    message_key text collate "C" not null,
    attempted   bigint not null default 0,
    payload     bytea  not null
);

create index target_plans_by_study on target_plans (study_id, position);

-- Who is bringing the plans of a study at the moment, by the clock of the database. An owner that is the empty text is nobody:
-- until then the study has a rest after a failure.
create table target_leases (
    study_id   text collate "C" not null primary key,
    owner      text   not null,
    expires_at bigint not null,
    failures   bigint not null default 0
);

-- What the platform was last seen to hold: a difference from it was made by somebody there.
create table target_studies (
    study_id text collate "C" not null primary key,
    seen     text not null
);

-- Small tables that rows come to and go from all the time.
alter table target_plans set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
alter table target_leases set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
