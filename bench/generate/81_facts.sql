-- The facts that follow from leads, visits and cases.
set search_path = zoufang;
call make_facts();
