-- ListHolds: the holds of records that the caller supervises, newest first.
select h.id as "holds.id",
       h.record_class as "holds.record_class",
       h.record_id as "holds.record_id",
       h.reason as "holds.reason",
       h.set_by as "holds.set_by",
       h.set_at as "holds.set_at",
       h.lifted_by as "holds.lifted_by",
       h.lifted_at as "holds.lifted_at",
       h.lifted_reason as "holds.lifted_reason",
       h.set_at as "page.set_at",
       h.id as "page.id"
from legal_hold h
where true
  and h.record_class = :record_class --? record_class
  and h.record_id = :record_id --? record_id
  and (h.lifted_at is null) = (:state = 1) --? state
  and (h.set_at, h.id) < (:page.set_at, :page.id) --? page
order by h.set_at desc, h.id desc
limit :page.size;

select case when :total then count(*) end as "total_size"
from legal_hold h
where :total
  and h.record_class = :record_class --? record_class
  and h.record_id = :record_id --? record_id
  and (h.lifted_at is null) = (:state = 1) --? state
;
