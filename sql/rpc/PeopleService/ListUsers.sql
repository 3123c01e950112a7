-- ListUsers: users by office or part of their name, by username. Everybody who is signed in.
select a.id as "users.id",
       a.username as "users.username",
       a.name as "users.name",
       told_phone(a.id) as "users.phone",
       a.office_id as "users.office_id",
       a.leader as "users.leader",
       a.disabled_at is not null as "users.disabled",
       a.etag as "users.etag",
       a.created_at as "users.created_at",
       a.disabled_at as "users.disabled_at",
       a.username as "page.username"
from account a
where true
  and a.office_id = :office_id --? office_id
  and (strpos(a.name, :query) > 0 or strpos(a.username, lower(:query)) > 0) --? query
  and a.username > :page.username --? page
order by a.username
limit :page.size;

select case when :total then count(*) end as "total_size"
from account a
where :total
  and a.office_id = :office_id --? office_id
  and (strpos(a.name, :query) > 0 or strpos(a.username, lower(:query)) > 0) --? query
;
