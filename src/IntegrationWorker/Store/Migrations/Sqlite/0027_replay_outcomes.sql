-- How many of a job have each outcome, counted as they are replayed.
create table replay_outcomes (
    job_id  text    not null,
    outcome text    not null,
    count   integer not null,
    primary key (job_id, outcome)
) strict, without rowid;

insert into replay_outcomes (job_id, outcome, count)
select job_id, outcome, count(*) from replay_items where outcome is not null group by job_id, outcome;
