-- How many of a job have each outcome, counted as they are replayed.
create table replay_outcomes (
    job_id  text collate "C" not null,
    outcome text             not null,
    count   bigint           not null,
    primary key (job_id, outcome)
);

insert into replay_outcomes (job_id, outcome, count)
select job_id, outcome, count(*) from replay_items where outcome is not null group by job_id, outcome;
