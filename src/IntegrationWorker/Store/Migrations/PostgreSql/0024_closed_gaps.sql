-- Gaps that were made good are deleted when they have been kept for long enough.
create index subscription_gaps_by_closing on subscription_gaps (closed_at) where closed_at is not null;
