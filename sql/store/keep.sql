-- The keeping form of a method's last statement: the engine alone, for a call with a request id. Promises that the rows are kept with the claim,
-- in the same transaction, also where there are none, and come back as they would without.
-- {statement} the method's own · {method}, {request_id}, {hash} three parameters behind its · {secret} names of columns that are never kept
with answer as (
{statement}
),
kept as (
  select keep_answer({method}, {request_id}, {hash}, coalesce(jsonb_agg(to_jsonb(answer) - {secret}::text[]), '[]'))::text as done
  from answer
)
select answer.*
from answer
where (select done is not null from kept)
