-- EnrolUsers: asks that a one-time code be confirmed for each of many, by its hash. Admins, and a leader for his office's members.
select request_enrolments(:office_id, :region_code, :ids, :code_hashes, :reason, :request_id) as more;

select e.place as "enrolments.place",
       e.user_id as "enrolments.code.user_id",
       e.username as "enrolments.code.username",
       e.name as "enrolments.code.name",
       e.office as "enrolments.code.office",
       e.approval_id as "enrolments.code.approval_id",
       e.expires_at as "enrolments.code.expires_at",
       to_char(e.expires_at at time zone local_zone(), 'YYYY-MM-DD HH24:MI') as "enrolments.good_until"
from enrolments_requested(:code_hashes, :request_id) e
order by e.office, e.username;
