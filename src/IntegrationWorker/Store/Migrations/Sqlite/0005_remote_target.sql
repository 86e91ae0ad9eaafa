-- What is to be brought to the reading platform: one row for each unit that changed a study, oldest first. The payload is encrypted.
create table target_plans (
    position    integer not null primary key autoincrement,
    study_id    text    not null,
    message_key text    not null,
    attempted   integer not null default 0,
    payload     blob    not null
) strict;

create index target_plans_by_study on target_plans (study_id, position);

-- Who is bringing the plans of a study at the moment, by the clock of the database. An owner that is the empty text is nobody:
-- until then the study has a rest after a failure.
create table target_leases (
    study_id   text    not null primary key,
    owner      text    not null,
    expires_at integer not null,
    failures   integer not null default 0
) strict, without rowid;

-- What the platform was last seen to hold: a difference from it was made by somebody there.
create table target_studies (
    study_id text not null primary key,
    seen     text not null
) strict, without rowid;
