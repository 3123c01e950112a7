-- RequestPersonalData: asks to find what is held about a person. Supervisors of the whole region; another of them decides.
select refuse_unless(:subject.name is not null, 'REQUIRED', 'subject.name');
select refuse_unless(num_nonnulls(:subject.phone, :subject.identity_number, :unit, :user_id) > 0, 'REQUIRED', 'subject.phone');

select request_approval(11::int2, :user_id, :region_code, jsonb_build_object('id', :id), :reason);

insert into personal_data_request (id, approval_id, key, name, phone, phone_index, identity_number, identity_index, unit)
values (
  :id, approval_requested(), :subject#key, :subject.name, :subject.phone, :subject.phone#index, :subject.identity_number,
  :subject.identity_number#index, :unit
);

select :id as "id",
       a.id as "approval_id",
       a.expires_at as "expires_at"
from approval_answer a
where a.id = approval_requested();
