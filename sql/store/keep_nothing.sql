-- The keeping form of a last statement that gives no columns, as an update: the engine alone, for a call with a request id. Promises that the call is
-- known as answered, in the same transaction.
-- {statement} the method's own · {method}, {request_id}, {hash} three parameters behind its
with answer as (
{statement}
)
select
where keep_answer({method}, {request_id}, {hash}, '[]') is not null
