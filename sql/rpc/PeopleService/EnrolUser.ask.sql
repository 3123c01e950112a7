-- EnrolUser: asks that a one-time code, by its hash, be confirmed. Admins, and a leader for his office's members.
select request_enrolment(:user_id, :lost_password, :code_hash, :reason, :request_id) as made;

select approval_requested() as approval_id,
       enrolment_expires(approval_requested()) as expires_at;
