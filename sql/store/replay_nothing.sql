-- Reads back that a call was answered whose last statement gives no columns: the engine alone.
-- $1 request id
select
where kept_answer($1) is not null
