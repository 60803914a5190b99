SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.audit_entries (
    id uuid DEFAULT uuidv7() NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    subject text NOT NULL,
    role text NOT NULL,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    school_code text,
    correlation_id text,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL
);
CREATE TABLE public.graduates (
    graduate_id uuid NOT NULL,
    school_code text NOT NULL,
    cohort integer NOT NULL,
    status text NOT NULL,
    sequence bigint NOT NULL
);
CREATE TABLE public.idempotency_keys (
    subject text NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    key text NOT NULL,
    payload_hash bytea NOT NULL,
    status smallint NOT NULL,
    location text,
    object_id text NOT NULL,
    version bigint,
    stored_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
CREATE TABLE public.invitations (
    id uuid NOT NULL,
    wave_id uuid NOT NULL,
    graduate_id uuid NOT NULL,
    school_code text NOT NULL,
    operation_id uuid NOT NULL,
    channel text NOT NULL,
    state text DEFAULT 'created'::text NOT NULL,
    token_digest bytea NOT NULL,
    token_ciphertext bytea,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    first_used_at timestamp with time zone,
    CONSTRAINT ck_invitations_state_known CHECK ((state = ANY (ARRAY['created'::text, 'opened'::text, 'submitted'::text, 'withdrawn'::text]))),
    CONSTRAINT ck_invitations_used_link_erased CHECK (((state = 'created'::text) OR (token_ciphertext IS NULL)))
);
CREATE TABLE public.operation_chunks (
    operation_id uuid NOT NULL,
    chunk_no integer NOT NULL,
    outcome jsonb DEFAULT '{}'::jsonb NOT NULL
);
CREATE TABLE public.operations (
    id uuid DEFAULT uuidv7() NOT NULL,
    kind text NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    school_code text,
    subject text NOT NULL,
    role text NOT NULL,
    correlation_id text,
    parameters jsonb DEFAULT '{}'::jsonb NOT NULL,
    done bigint DEFAULT 0 NOT NULL,
    total bigint DEFAULT 0 NOT NULL,
    result jsonb,
    errors jsonb DEFAULT '[]'::jsonb NOT NULL,
    errors_total bigint DEFAULT 0 NOT NULL,
    report bytea,
    attempts integer DEFAULT 0 NOT NULL,
    worker text,
    lease_until timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone DEFAULT (clock_timestamp() + '7 days'::interval) NOT NULL,
    CONSTRAINT ck_operations_state_known CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'succeeded'::text, 'failed'::text])))
);
CREATE TABLE public.outbox (
    id bigint NOT NULL,
    event_id uuid DEFAULT uuidv7() NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    sequence bigint NOT NULL,
    type text NOT NULL,
    school_code text NOT NULL,
    decided_on date,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    data jsonb NOT NULL,
    correlation_id text,
    traceparent text,
    "position" bigint,
    CONSTRAINT ck_outbox_sequence_positive CHECK ((sequence > 0))
);
ALTER TABLE public.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.questionnaire_versions (
    questionnaire_id uuid NOT NULL,
    number integer NOT NULL,
    school_code text,
    title jsonb NOT NULL,
    pages jsonb NOT NULL,
    published_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT ck_questionnaire_versions_number_positive CHECK ((number > 0))
);
CREATE TABLE public.questionnaires (
    id uuid DEFAULT uuidv7() NOT NULL,
    school_code text,
    version integer DEFAULT 1 NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    published_version integer,
    title jsonb NOT NULL,
    pages jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT ck_questionnaires_published_has_version CHECK (((state = 'draft'::text) OR (published_version IS NOT NULL))),
    CONSTRAINT ck_questionnaires_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'published'::text])))
);
CREATE TABLE public.relay_state (
    id smallint DEFAULT 1 NOT NULL,
    numbered bigint DEFAULT 0 NOT NULL,
    sent bigint DEFAULT 0 NOT NULL,
    CONSTRAINT ck_relay_state_one_row CHECK ((id = 1))
);
CREATE TABLE public.response_pages (
    response_id uuid NOT NULL,
    page_id text NOT NULL,
    values_ciphertext bytea NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    school_code text
);
CREATE TABLE public.response_streams (
    graduate_id uuid NOT NULL,
    school_code text NOT NULL,
    sequence bigint NOT NULL,
    last_decided_on date NOT NULL
);
CREATE TABLE public.responses (
    id uuid DEFAULT uuidv7() NOT NULL,
    invitation_id uuid NOT NULL,
    wave_id uuid NOT NULL,
    graduate_id uuid NOT NULL,
    school_code text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    questions_answered integer DEFAULT 0 NOT NULL,
    questions_total integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    submitted_at timestamp with time zone,
    announced_sequence bigint,
    CONSTRAINT ck_responses_state_known CHECK ((state = ANY (ARRAY['open'::text, 'submitted'::text, 'withdrawn'::text]))),
    CONSTRAINT ck_responses_submitted_has_time CHECK (((state = 'open'::text) = (submitted_at IS NULL)))
);
CREATE TABLE public.schools (
    school_code text NOT NULL,
    name text,
    name_en text,
    name_sequence bigint DEFAULT 0 NOT NULL,
    sequence bigint NOT NULL
);
CREATE TABLE public.upload_chunks (
    operation_id uuid NOT NULL,
    index integer NOT NULL,
    bytes bytea NOT NULL
);
CREATE TABLE public.wave_eligible (
    wave_id uuid NOT NULL,
    graduate_id uuid NOT NULL,
    school_code text NOT NULL
);
CREATE TABLE public.waves (
    id uuid DEFAULT uuidv7() NOT NULL,
    school_code text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    cohort integer NOT NULL,
    cycle integer NOT NULL,
    questionnaire_id uuid NOT NULL,
    questionnaire_version integer NOT NULL,
    opens_at timestamp with time zone NOT NULL,
    closes_at timestamp with time zone NOT NULL,
    eligible integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT ck_waves_cycle_known CHECK ((cycle = ANY (ARRAY[0, 1, 3, 5]))),
    CONSTRAINT ck_waves_opens_before_closes CHECK ((opens_at < closes_at))
);
INSERT INTO public.alembic_version VALUES
	('surveys_0004');
INSERT INTO public.audit_entries VALUES
	('01a224ec-b8d9-7c6b-a6e5-3a6f4a254a23', '2026-11-29 01:30:23.321806+00', 'survey_manager:10002', 'survey_manager', 'questionnaire.create', 'questionnaire', '01a224ec-b8ba-7ff8-a1ce-40ee161da118', '10002', '9bfdb5b0dc9042b4be1e7a6b67029943', '{"version": 1, "published_version": null}'),
	('01a224ec-b955-79bf-a322-cd96dd6d8a92', '2026-11-29 01:30:23.445623+00', 'survey_manager:10002', 'survey_manager', 'questionnaire.publish', 'questionnaire', '01a224ec-b8ba-7ff8-a1ce-40ee161da118', '10002', 'a4d9c52e1a52402a8ba05f930eabfb71', '{"version": 2, "published_version": 1}'),
	('01a224ec-ba02-78df-a140-42d4b6dbc76d', '2026-11-29 01:30:23.618567+00', 'survey_manager:10002', 'survey_manager', 'wave.create', 'wave', '01a224ec-b9ed-7773-9542-eb00289df7c3', '10002', 'bbfb4c0af0364442a4711dff533d138d', '{"version": 1, "eligible": 6}'),
	('01a224ec-baaa-77b4-ba66-97be8d61766f', '2026-11-29 01:30:23.786499+00', 'survey_manager:10002', 'survey_manager', 'invitations.submitted', 'operation', '01a224ec-baa9-76d9-9b09-153aa8bdeabb', '10002', 'cf127cc236f145dda6a6381f38a2c31d', '{}'),
	('01a224ec-bb90-7c12-b8d7-051f678ab376', '2026-11-29 01:30:24.016771+00', 'survey_manager:10001', 'survey_manager', 'questionnaire.create', 'questionnaire', '01a224ec-bb8c-736d-9004-d874546b87fd', '10001', '3911ec7de431458e948ee1452bb208ad', '{"version": 1, "published_version": null}'),
	('01a224ec-bbf8-7591-9fb1-bc1b6606bbbb', '2026-11-29 01:30:24.120373+00', 'survey_manager:10002', 'survey_manager', 'invitation.create', 'wave', '01a224ec-b9ed-7773-9542-eb00289df7c3', '10002', 'cf127cc236f145dda6a6381f38a2c31d', '{"created": 6, "operation_id": "01a224ec-baa9-76d9-9b09-153aa8bdeabb"}'),
	('01a224ec-bc06-72ac-8d68-66ac3f57fab0', '2026-11-29 01:30:24.134182+00', 'survey_manager:10001', 'survey_manager', 'questionnaire.publish', 'questionnaire', '01a224ec-bb8c-736d-9004-d874546b87fd', '10001', '913b39ca86e34af4a2a72acc0a510d71', '{"version": 2, "published_version": 1}'),
	('01a224ec-bc89-7f72-ab8c-7323825baf32', '2026-11-29 01:30:24.265977+00', 'survey_manager:10001', 'survey_manager', 'wave.create', 'wave', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '10001', '2220bf11097948c3916f12ff832a68a3', '{"version": 1, "eligible": 9}'),
	('01a224ec-bcf6-72b2-bc40-229a12333dcb', '2026-11-29 01:30:24.374188+00', 'survey_manager:10001', 'survey_manager', 'invitations.submitted', 'operation', '01a224ec-bcf5-7060-bf1b-cf8fd8b6f09c', '10001', '78bbae904b8a4ab083f6545125351bc1', '{}'),
	('01a224ec-bcf8-75bf-a929-dee6c19f9c09', '2026-11-29 01:30:24.376374+00', 'survey_manager:10002', 'survey_manager', 'invitation.read_links', 'wave', '01a224ec-b9ed-7773-9542-eb00289df7c3', '10002', '75f155fbe37b4c31a739419dba1b04ea', '{"links": 6}'),
	('01a224ec-bd66-733e-bf89-42c0295f668f', '2026-11-29 01:30:24.486216+00', 'invitation:01a224ec-bb91-7664-89a1-1281149d3b39', 'respondent', 'invitation.open', 'invitation', '01a224ec-bb91-7664-89a1-1281149d3b39', '10002', 'e2d7d4db235140efba7e8c33583fd4d9', '{"wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3"}'),
	('01a224ec-bd6d-70b7-98db-9342b455cc4d', '2026-11-29 01:30:24.493062+00', 'invitation:01a224ec-bb91-75f7-85f3-ecd68480471d', 'respondent', 'invitation.open', 'invitation', '01a224ec-bb91-75f7-85f3-ecd68480471d', '10002', 'bc09eb5181fa464eb1373b8c65631d60', '{"wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3"}'),
	('01a224ec-bdb0-7266-bdb0-6f582dd29d7e', '2026-11-29 01:30:24.560167+00', 'invitation:01a224ec-bb91-769e-87bf-cf57f43decf3', 'respondent', 'invitation.open', 'invitation', '01a224ec-bb91-769e-87bf-cf57f43decf3', '10002', 'b11de0be09a047d89e7dbe0b5c0d50fd', '{"wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3"}'),
	('01a224ec-bddb-7557-a4ac-90863ee89962', '2026-11-29 01:30:24.603379+00', 'invitation:01a224ec-bb91-7650-af83-3f738abf903e', 'respondent', 'invitation.open', 'invitation', '01a224ec-bb91-7650-af83-3f738abf903e', '10002', 'ca9c9454c4b04fb2b1a72485248a613b', '{"wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3"}'),
	('01a224ec-be37-74c8-8389-5d8039a784c6', '2026-11-29 01:30:24.695323+00', 'survey_manager:10001', 'survey_manager', 'invitation.create', 'wave', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '10001', '78bbae904b8a4ab083f6545125351bc1', '{"created": 9, "operation_id": "01a224ec-bcf5-7060-bf1b-cf8fd8b6f09c"}');
INSERT INTO public.graduates VALUES
	('1d998fc3-5fd9-4422-8d15-36c5e7506750', '10002', 2026, 'registered', 1),
	('62900047-e057-4044-9399-46118ea1fffe', '10002', 2026, 'registered', 1),
	('7bde86e8-c589-49b0-88f4-34a2f59d24ee', '10002', 2026, 'registered', 1),
	('a0238b07-da83-4c88-8bb1-ab60f51f81ce', '10002', 2026, 'registered', 1),
	('aad486bd-752b-4763-8cb1-dbb2a13eb0b8', '10002', 2026, 'registered', 1),
	('d7a83106-b589-487d-8646-cfa9b10da076', '10002', 2026, 'registered', 1),
	('0342a92b-3315-4de0-bc08-7ba980284aaf', '10001', 2026, 'registered', 1),
	('1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', '10001', 2026, 'registered', 1),
	('2f30faa0-8617-4517-9913-c1914a7f5d91', '10001', 2026, 'registered', 1),
	('737b083e-4f5a-4a57-9273-56bc07743b03', '10001', 2026, 'registered', 1),
	('82587726-11de-4e7e-a198-f730c907c3e5', '10001', 2026, 'registered', 1),
	('9bce45e8-f31d-42cb-ab4e-796eaaa23a63', '10001', 2026, 'registered', 1),
	('b6f51f60-0fd0-4765-b695-3d564c649c91', '10001', 2026, 'registered', 1),
	('cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', '10001', 2026, 'registered', 1),
	('dd367f96-0431-46d5-9151-b19a4379b25d', '10001', 2026, 'registered', 1);
INSERT INTO public.idempotency_keys VALUES
	('survey_manager:10001', 'POST', '/v1/waves', 'landed-3', '\x4be6d9b44f2e9fe0b474004fad16cc7d981bdb6cda1f4f8c3f4ea64885a813fd', 201, NULL, '01a224ee-868c-742e-998a-cba176644a20', 1, '2026-11-29 01:32:21.577246+00');
INSERT INTO public.invitations VALUES
	('01a224ec-bde6-74a3-8f63-fe3a777c9a25', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', '10001', '01a224ec-bcf5-7060-bf1b-cf8fd8b6f09c', 'link', 'submitted', '\x51d89333cfe10d176608f08e791744625436843b88cebf479c4b2e8d7f2412bf', NULL, '2026-11-29 01:30:24.67711+00', '2026-11-29 01:30:26.755893+00'),
	('01a224ec-bde6-74c2-9eac-6788073d5dab', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '2f30faa0-8617-4517-9913-c1914a7f5d91', '10001', '01a224ec-bcf5-7060-bf1b-cf8fd8b6f09c', 'link', 'submitted', '\x2dc2545129ca53ca51b61bd1ad5c65e2245514faaaa9b6dd75fbe3e97020c7a6', NULL, '2026-11-29 01:30:24.677126+00', '2026-11-29 01:30:26.67352+00'),
	('01a224ec-bde6-74dc-8033-ae2c76209a72', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '737b083e-4f5a-4a57-9273-56bc07743b03', '10001', '01a224ec-bcf5-7060-bf1b-cf8fd8b6f09c', 'link', 'submitted', '\xb4c38bba1731053174bea6b03825054c4bf363587c8545876a5bdbf9f2e6ec49', NULL, '2026-11-29 01:30:24.677135+00', '2026-11-29 01:30:26.900705+00'),
	('01a224ec-bb91-7664-89a1-1281149d3b39', '01a224ec-b9ed-7773-9542-eb00289df7c3', '7bde86e8-c589-49b0-88f4-34a2f59d24ee', '10002', '01a224ec-baa9-76d9-9b09-153aa8bdeabb', 'link', 'submitted', '\x95735fb23d420a4e57afcf144825fa1451f4278666d30d2facb05b930bba9c1f', NULL, '2026-11-29 01:30:24.101793+00', '2026-11-29 01:30:24.466165+00'),
	('01a224ec-bb91-75f7-85f3-ecd68480471d', '01a224ec-b9ed-7773-9542-eb00289df7c3', '1d998fc3-5fd9-4422-8d15-36c5e7506750', '10002', '01a224ec-baa9-76d9-9b09-153aa8bdeabb', 'link', 'submitted', '\xcbcc691f67333d706f9639b91817851fe87499c5bb6fe9054d7361b4cc4e07dd', NULL, '2026-11-29 01:30:24.101158+00', '2026-11-29 01:30:24.473786+00'),
	('01a224ec-bde6-7441-8e0f-e85f751cfb2a', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '0342a92b-3315-4de0-bc08-7ba980284aaf', '10001', '01a224ec-bcf5-7060-bf1b-cf8fd8b6f09c', 'link', 'submitted', '\xe8dd07667a63c2e93666a4c3960b76ed3a8c3b2dbe2c47267fc4f7ab94e7c746', NULL, '2026-11-29 01:30:24.677033+00', '2026-11-29 01:30:27.584354+00'),
	('01a224ec-bb91-769e-87bf-cf57f43decf3', '01a224ec-b9ed-7773-9542-eb00289df7c3', 'd7a83106-b589-487d-8646-cfa9b10da076', '10002', '01a224ec-baa9-76d9-9b09-153aa8bdeabb', 'link', 'submitted', '\xc42021691a7602037db9cc3f4479e0274d899dbd7dc089760d6c381ae6177d4a', NULL, '2026-11-29 01:30:24.101817+00', '2026-11-29 01:30:24.501382+00'),
	('01a224ec-bb91-7650-af83-3f738abf903e', '01a224ec-b9ed-7773-9542-eb00289df7c3', '62900047-e057-4044-9399-46118ea1fffe', '10002', '01a224ec-baa9-76d9-9b09-153aa8bdeabb', 'link', 'submitted', '\xcd914e829a716964a321525e396dd02e6d7eaf05a2b2dfe1a2a5e23cdb58e4bb', NULL, '2026-11-29 01:30:24.101767+00', '2026-11-29 01:30:24.500777+00'),
	('01a224ec-bb91-768c-ab07-1a8fdf8498ab', '01a224ec-b9ed-7773-9542-eb00289df7c3', 'aad486bd-752b-4763-8cb1-dbb2a13eb0b8', '10002', '01a224ec-baa9-76d9-9b09-153aa8bdeabb', 'link', 'submitted', '\x50d6709600a737c72628552666079211292ae81937a24e4f8ede9420c7c01c0b', NULL, '2026-11-29 01:30:24.10181+00', '2026-11-29 01:30:25.101958+00'),
	('01a224ec-bde6-7526-a5fa-60a4e1cb1b45', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', 'b6f51f60-0fd0-4765-b695-3d564c649c91', '10001', '01a224ec-bcf5-7060-bf1b-cf8fd8b6f09c', 'link', 'submitted', '\x374dc8834dfb0bbe0fa35a31ada933b98dc9a1768a89e697e0c0e812600010d0', NULL, '2026-11-29 01:30:24.677165+00', '2026-11-29 01:30:25.203442+00'),
	('01a224ec-bde6-74f4-b2bf-fc0ddf98b0f4', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '82587726-11de-4e7e-a198-f730c907c3e5', '10001', '01a224ec-bcf5-7060-bf1b-cf8fd8b6f09c', 'link', 'submitted', '\xf28f42f7d051efcfd37987404bc58d867c3967d997b03f5ad48a60bc44c3267a', NULL, '2026-11-29 01:30:24.677149+00', '2026-11-29 01:30:25.311994+00'),
	('01a224ec-bb91-7677-b345-be458e01c7b4', '01a224ec-b9ed-7773-9542-eb00289df7c3', 'a0238b07-da83-4c88-8bb1-ab60f51f81ce', '10002', '01a224ec-baa9-76d9-9b09-153aa8bdeabb', 'link', 'submitted', '\xc56a22d7a0491b1cf50ba35a581186e742ffa3b5c47d1bcf640ffc47e9ff471a', NULL, '2026-11-29 01:30:24.101802+00', '2026-11-29 01:30:25.065715+00'),
	('01a224ec-bde6-753c-ad66-14f53a1f083c', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', 'cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', '10001', '01a224ec-bcf5-7060-bf1b-cf8fd8b6f09c', 'link', 'submitted', '\x900a36c872d4596a45e8b268ae38ba7d02547efa9e8dafe10640c55a40489239', NULL, '2026-11-29 01:30:24.677174+00', '2026-11-29 01:30:25.261374+00'),
	('01a224ec-bde6-750e-b912-1a3c35a70128', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '9bce45e8-f31d-42cb-ab4e-796eaaa23a63', '10001', '01a224ec-bcf5-7060-bf1b-cf8fd8b6f09c', 'link', 'submitted', '\x6d208bad9b8aeb6a5b0eab53266aebdaaaf06fdb3dab1d7d6f4a368ffa162669', NULL, '2026-11-29 01:30:24.677158+00', '2026-11-29 01:30:25.364177+00'),
	('01a224ec-bde6-7552-b9f6-7992646cd83c', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', 'dd367f96-0431-46d5-9151-b19a4379b25d', '10001', '01a224ec-bcf5-7060-bf1b-cf8fd8b6f09c', 'link', 'submitted', '\x7190a6dee06bc94b72ba54ffc3dc51d6439f5143ce8cbfedbdd91f376e571097', NULL, '2026-11-29 01:30:24.677182+00', '2026-11-29 01:30:26.54527+00');
INSERT INTO public.operations VALUES
	('01a224ec-baa9-76d9-9b09-153aa8bdeabb', 'invitations', 'succeeded', '10002', 'survey_manager:10002', 'survey_manager', 'cf127cc236f145dda6a6381f38a2c31d', '{"channel": "link", "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3"}', 6, 6, '{"created": 6}', '[]', 0, NULL, 1, NULL, '2026-11-29 01:30:33.933447+00', '2026-11-29 01:30:23.785452+00', '2026-11-29 01:30:23.933448+00', '2026-11-29 01:30:24.26773+00', '2026-12-06 01:30:23.785452+00'),
	('01a224ec-bcf5-7060-bf1b-cf8fd8b6f09c', 'invitations', 'succeeded', '10001', 'survey_manager:10001', 'survey_manager', '78bbae904b8a4ab083f6545125351bc1', '{"channel": "link", "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01"}', 9, 9, '{"created": 9}', '[]', 0, NULL, 1, NULL, '2026-11-29 01:30:34.541858+00', '2026-11-29 01:30:24.373042+00', '2026-11-29 01:30:24.541859+00', '2026-11-29 01:30:24.771432+00', '2026-12-06 01:30:24.373042+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES
	(1, '01a224ec-b9fe-7984-ba96-88ecbc596876', 'quxiang.surveys.response.v1', '1d998fc3-5fd9-4422-8d15-36c5e7506750', 1, 'quxiang.response.requested', '10002', '2026-11-29', '2026-11-29 01:30:23.614263+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3", "decided_on": "2026-11-29", "graduate_id": "1d998fc3-5fd9-4422-8d15-36c5e7506750", "recorded_at": "2026-11-29T01:30:23.614263+00:00", "school_code": "10002", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-b8ba-7ff8-a1ce-40ee161da118", "questions_answered": 0, "questionnaire_version": 1}', 'bbfb4c0af0364442a4711dff533d138d', NULL, 1),
	(2, '01a224ec-b9ff-707a-93cf-79ba09394b4c', 'quxiang.surveys.response.v1', '62900047-e057-4044-9399-46118ea1fffe', 1, 'quxiang.response.requested', '10002', '2026-11-29', '2026-11-29 01:30:23.614263+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3", "decided_on": "2026-11-29", "graduate_id": "62900047-e057-4044-9399-46118ea1fffe", "recorded_at": "2026-11-29T01:30:23.614263+00:00", "school_code": "10002", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-b8ba-7ff8-a1ce-40ee161da118", "questions_answered": 0, "questionnaire_version": 1}', 'bbfb4c0af0364442a4711dff533d138d', NULL, 2),
	(3, '01a224ec-b9ff-70e0-9115-d38b23523178', 'quxiang.surveys.response.v1', '7bde86e8-c589-49b0-88f4-34a2f59d24ee', 1, 'quxiang.response.requested', '10002', '2026-11-29', '2026-11-29 01:30:23.614263+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3", "decided_on": "2026-11-29", "graduate_id": "7bde86e8-c589-49b0-88f4-34a2f59d24ee", "recorded_at": "2026-11-29T01:30:23.614263+00:00", "school_code": "10002", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-b8ba-7ff8-a1ce-40ee161da118", "questions_answered": 0, "questionnaire_version": 1}', 'bbfb4c0af0364442a4711dff533d138d', NULL, 3),
	(4, '01a224ec-b9ff-7122-aef4-614d55da9420', 'quxiang.surveys.response.v1', 'a0238b07-da83-4c88-8bb1-ab60f51f81ce', 1, 'quxiang.response.requested', '10002', '2026-11-29', '2026-11-29 01:30:23.614263+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3", "decided_on": "2026-11-29", "graduate_id": "a0238b07-da83-4c88-8bb1-ab60f51f81ce", "recorded_at": "2026-11-29T01:30:23.614263+00:00", "school_code": "10002", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-b8ba-7ff8-a1ce-40ee161da118", "questions_answered": 0, "questionnaire_version": 1}', 'bbfb4c0af0364442a4711dff533d138d', NULL, 4),
	(5, '01a224ec-b9ff-714d-bdb5-520dcfc3095c', 'quxiang.surveys.response.v1', 'aad486bd-752b-4763-8cb1-dbb2a13eb0b8', 1, 'quxiang.response.requested', '10002', '2026-11-29', '2026-11-29 01:30:23.614263+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3", "decided_on": "2026-11-29", "graduate_id": "aad486bd-752b-4763-8cb1-dbb2a13eb0b8", "recorded_at": "2026-11-29T01:30:23.614263+00:00", "school_code": "10002", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-b8ba-7ff8-a1ce-40ee161da118", "questions_answered": 0, "questionnaire_version": 1}', 'bbfb4c0af0364442a4711dff533d138d', NULL, 5),
	(19, '01a224ec-c06c-78aa-bec4-5b8918f125df', 'quxiang.surveys.response.v1', '62900047-e057-4044-9399-46118ea1fffe', 2, 'quxiang.response.submitted', '10002', '2026-11-29', '2026-11-29 01:30:25.235202+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3", "decided_on": "2026-11-29", "graduate_id": "62900047-e057-4044-9399-46118ea1fffe", "recorded_at": "2026-11-29T01:30:25.235202Z", "school_code": "10002", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-b8ba-7ff8-a1ce-40ee161da118", "questions_answered": 1, "questionnaire_version": 1}', '7258f159a0b6418ca8f379f98a580eea', NULL, 19),
	(29, '01a224ec-c9d8-7f10-a09b-40593cc94781', 'quxiang.surveys.response.v1', '737b083e-4f5a-4a57-9273-56bc07743b03', 2, 'quxiang.response.submitted', '10001', '2026-11-29', '2026-11-29 01:30:27.657185+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "737b083e-4f5a-4a57-9273-56bc07743b03", "recorded_at": "2026-11-29T01:30:27.657185Z", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 1, "questionnaire_version": 1}', 'c6f74c9af23a4d208e9209d642055ccc', NULL, 29),
	(6, '01a224ec-b9ff-7173-99ff-a5dbac94821d', 'quxiang.surveys.response.v1', 'd7a83106-b589-487d-8646-cfa9b10da076', 1, 'quxiang.response.requested', '10002', '2026-11-29', '2026-11-29 01:30:23.614263+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3", "decided_on": "2026-11-29", "graduate_id": "d7a83106-b589-487d-8646-cfa9b10da076", "recorded_at": "2026-11-29T01:30:23.614263+00:00", "school_code": "10002", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-b8ba-7ff8-a1ce-40ee161da118", "questions_answered": 0, "questionnaire_version": 1}', 'bbfb4c0af0364442a4711dff533d138d', NULL, 6),
	(7, '01a224ec-bc87-7d1c-a3a1-40536795ffee', 'quxiang.surveys.response.v1', '0342a92b-3315-4de0-bc08-7ba980284aaf', 1, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:30:24.263356+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "0342a92b-3315-4de0-bc08-7ba980284aaf", "recorded_at": "2026-11-29T01:30:24.263356+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', '2220bf11097948c3916f12ff832a68a3', NULL, 7),
	(22, '01a224ec-c420-7f3d-8246-5cf232f3129c', 'quxiang.surveys.response.v1', 'b6f51f60-0fd0-4765-b695-3d564c649c91', 2, 'quxiang.response.submitted', '10001', '2026-11-29', '2026-11-29 01:30:26.181014+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "b6f51f60-0fd0-4765-b695-3d564c649c91", "recorded_at": "2026-11-29T01:30:26.181014Z", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 1, "questionnaire_version": 1}', '869cc4a6c9da4ab19c384dcd588f0784', NULL, 22),
	(26, '01a224ec-c918-73cd-9505-1884c3820959', 'quxiang.surveys.response.v1', 'dd367f96-0431-46d5-9151-b19a4379b25d', 2, 'quxiang.response.submitted', '10001', '2026-11-29', '2026-11-29 01:30:27.475608+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "dd367f96-0431-46d5-9151-b19a4379b25d", "recorded_at": "2026-11-29T01:30:27.475608Z", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 1, "questionnaire_version": 1}', 'd288ab1c09f84ee0889d49e6f5976b24', NULL, 26),
	(8, '01a224ec-bc88-7226-a216-fac8cf52a02b', 'quxiang.surveys.response.v1', '1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', 1, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:30:24.263356+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14", "recorded_at": "2026-11-29T01:30:24.263356+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', '2220bf11097948c3916f12ff832a68a3', NULL, 8),
	(9, '01a224ec-bc88-72cc-9b11-d9bda7194ff2', 'quxiang.surveys.response.v1', '2f30faa0-8617-4517-9913-c1914a7f5d91', 1, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:30:24.263356+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "2f30faa0-8617-4517-9913-c1914a7f5d91", "recorded_at": "2026-11-29T01:30:24.263356+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', '2220bf11097948c3916f12ff832a68a3', NULL, 9),
	(10, '01a224ec-bc88-732c-be53-39fe1187ef76', 'quxiang.surveys.response.v1', '737b083e-4f5a-4a57-9273-56bc07743b03', 1, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:30:24.263356+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "737b083e-4f5a-4a57-9273-56bc07743b03", "recorded_at": "2026-11-29T01:30:24.263356+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', '2220bf11097948c3916f12ff832a68a3', NULL, 10),
	(11, '01a224ec-bc88-737e-8c29-dfcb47ae905c', 'quxiang.surveys.response.v1', '82587726-11de-4e7e-a198-f730c907c3e5', 1, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:30:24.263356+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "82587726-11de-4e7e-a198-f730c907c3e5", "recorded_at": "2026-11-29T01:30:24.263356+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', '2220bf11097948c3916f12ff832a68a3', NULL, 11),
	(12, '01a224ec-bc88-73ce-8a98-e07d09e3a4d7', 'quxiang.surveys.response.v1', '9bce45e8-f31d-42cb-ab4e-796eaaa23a63', 1, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:30:24.263356+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "9bce45e8-f31d-42cb-ab4e-796eaaa23a63", "recorded_at": "2026-11-29T01:30:24.263356+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', '2220bf11097948c3916f12ff832a68a3', NULL, 12),
	(13, '01a224ec-bc88-742e-aa7f-08b79e064aa1', 'quxiang.surveys.response.v1', 'b6f51f60-0fd0-4765-b695-3d564c649c91', 1, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:30:24.263356+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "b6f51f60-0fd0-4765-b695-3d564c649c91", "recorded_at": "2026-11-29T01:30:24.263356+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', '2220bf11097948c3916f12ff832a68a3', NULL, 13),
	(14, '01a224ec-bc88-749a-9d48-6065481ee04c', 'quxiang.surveys.response.v1', 'cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', 1, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:30:24.263356+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad", "recorded_at": "2026-11-29T01:30:24.263356+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', '2220bf11097948c3916f12ff832a68a3', NULL, 14),
	(15, '01a224ec-bc88-74e2-8c4d-c775b9cd350a', 'quxiang.surveys.response.v1', 'dd367f96-0431-46d5-9151-b19a4379b25d', 1, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:30:24.263356+00', '{"cycle": 0, "state": "requested", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "dd367f96-0431-46d5-9151-b19a4379b25d", "recorded_at": "2026-11-29T01:30:24.263356+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', '2220bf11097948c3916f12ff832a68a3', NULL, 15),
	(16, '01a224ec-bf01-7a76-92f5-f3425dba14c9', 'quxiang.surveys.response.v1', '7bde86e8-c589-49b0-88f4-34a2f59d24ee', 2, 'quxiang.response.submitted', '10002', '2026-11-29', '2026-11-29 01:30:24.852763+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3", "decided_on": "2026-11-29", "graduate_id": "7bde86e8-c589-49b0-88f4-34a2f59d24ee", "recorded_at": "2026-11-29T01:30:24.852763Z", "school_code": "10002", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-b8ba-7ff8-a1ce-40ee161da118", "questions_answered": 1, "questionnaire_version": 1}', '40538a7315e24e85963acc0aa7c6ecf1', NULL, 16),
	(17, '01a224ec-bf02-7724-aeaa-bc23a41c1691', 'quxiang.surveys.response.v1', '1d998fc3-5fd9-4422-8d15-36c5e7506750', 2, 'quxiang.response.submitted', '10002', '2026-11-29', '2026-11-29 01:30:24.851581+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3", "decided_on": "2026-11-29", "graduate_id": "1d998fc3-5fd9-4422-8d15-36c5e7506750", "recorded_at": "2026-11-29T01:30:24.851581Z", "school_code": "10002", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-b8ba-7ff8-a1ce-40ee161da118", "questions_answered": 1, "questionnaire_version": 1}', '8782a6142e7b499bb8fe208b40382dca', NULL, 17),
	(18, '01a224ec-c02a-79a1-ae1d-ad539cd11e50', 'quxiang.surveys.response.v1', 'd7a83106-b589-487d-8646-cfa9b10da076', 2, 'quxiang.response.submitted', '10002', '2026-11-29', '2026-11-29 01:30:25.101407+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3", "decided_on": "2026-11-29", "graduate_id": "d7a83106-b589-487d-8646-cfa9b10da076", "recorded_at": "2026-11-29T01:30:25.101407Z", "school_code": "10002", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-b8ba-7ff8-a1ce-40ee161da118", "questions_answered": 1, "questionnaire_version": 1}', '1fbc3a41fb6249a5bcbb33559dcb92ec', NULL, 18),
	(21, '01a224ec-c41c-7996-a54b-07032d36a923', 'quxiang.surveys.response.v1', '82587726-11de-4e7e-a198-f730c907c3e5', 2, 'quxiang.response.submitted', '10001', '2026-11-29', '2026-11-29 01:30:26.182186+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "82587726-11de-4e7e-a198-f730c907c3e5", "recorded_at": "2026-11-29T01:30:26.182186Z", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 1, "questionnaire_version": 1}', '5ac60f471bdd4357a92125e11f7e66b8', NULL, 21),
	(23, '01a224ec-c440-7d2d-8582-9e505a13acdd', 'quxiang.surveys.response.v1', 'a0238b07-da83-4c88-8bb1-ab60f51f81ce', 2, 'quxiang.response.submitted', '10002', '2026-11-29', '2026-11-29 01:30:26.193013+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3", "decided_on": "2026-11-29", "graduate_id": "a0238b07-da83-4c88-8bb1-ab60f51f81ce", "recorded_at": "2026-11-29T01:30:26.193013Z", "school_code": "10002", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-b8ba-7ff8-a1ce-40ee161da118", "questions_answered": 1, "questionnaire_version": 1}', '85507cb042c14f30bb92e167882054b2', NULL, 23),
	(27, '01a224ec-c922-75e0-b10c-f59b45e09294', 'quxiang.surveys.response.v1', '1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', 2, 'quxiang.response.submitted', '10001', '2026-11-29', '2026-11-29 01:30:27.48742+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14", "recorded_at": "2026-11-29T01:30:27.487420Z", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 1, "questionnaire_version": 1}', 'a1daa5921ace4284b1c428f0ad409981', NULL, 27),
	(30, '01a224ec-ca43-7878-b39d-5f4dcc981ccc', 'quxiang.surveys.response.v1', '0342a92b-3315-4de0-bc08-7ba980284aaf', 2, 'quxiang.response.submitted', '10001', '2026-11-29', '2026-11-29 01:30:27.76913+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "0342a92b-3315-4de0-bc08-7ba980284aaf", "recorded_at": "2026-11-29T01:30:27.769130Z", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 1, "questionnaire_version": 1}', '9925ae39bf8146ef8ed50546a3f375e1', NULL, 30),
	(20, '01a224ec-c419-74bb-8c4b-48529c1349c3', 'quxiang.surveys.response.v1', 'aad486bd-752b-4763-8cb1-dbb2a13eb0b8', 2, 'quxiang.response.submitted', '10002', '2026-11-29', '2026-11-29 01:30:26.169651+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-b9ed-7773-9542-eb00289df7c3", "decided_on": "2026-11-29", "graduate_id": "aad486bd-752b-4763-8cb1-dbb2a13eb0b8", "recorded_at": "2026-11-29T01:30:26.169651Z", "school_code": "10002", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-b8ba-7ff8-a1ce-40ee161da118", "questions_answered": 1, "questionnaire_version": 1}', '2e5c53ffdfb24397aee71503c3ecd731', NULL, 20),
	(24, '01a224ec-c4f6-76e4-aceb-0dd7aeb0eeef', 'quxiang.surveys.response.v1', 'cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', 2, 'quxiang.response.submitted', '10001', '2026-11-29', '2026-11-29 01:30:26.281421+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad", "recorded_at": "2026-11-29T01:30:26.281421Z", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 1, "questionnaire_version": 1}', '87b622adf5534c0f932b79beac935250', NULL, 24),
	(25, '01a224ec-c5b2-70e9-bd4b-1424e9bc4576', 'quxiang.surveys.response.v1', '9bce45e8-f31d-42cb-ab4e-796eaaa23a63', 2, 'quxiang.response.submitted', '10001', '2026-11-29', '2026-11-29 01:30:26.501395+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "9bce45e8-f31d-42cb-ab4e-796eaaa23a63", "recorded_at": "2026-11-29T01:30:26.501395Z", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 1, "questionnaire_version": 1}', '7771c2854022404ba65130ad24de14e6', NULL, 25),
	(28, '01a224ec-c9a8-748f-8066-ef77369c68de', 'quxiang.surveys.response.v1', '2f30faa0-8617-4517-9913-c1914a7f5d91', 2, 'quxiang.response.submitted', '10001', '2026-11-29', '2026-11-29 01:30:27.62089+00', '{"cycle": 0, "state": "submitted", "cohort": 2026, "wave_id": "01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01", "decided_on": "2026-11-29", "graduate_id": "2f30faa0-8617-4517-9913-c1914a7f5d91", "recorded_at": "2026-11-29T01:30:27.620890Z", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 1, "questionnaire_version": 1}', 'bbe1ced83ef74267ad3415de38b0641f', NULL, 28),
	(31, '01a224ee-86a6-72f6-8fb0-1f60cdf0ecda', 'quxiang.surveys.response.v1', '0342a92b-3315-4de0-bc08-7ba980284aaf', 3, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:32:21.541782+00', '{"cycle": 1, "state": "requested", "cohort": 2026, "wave_id": "01a224ee-868c-742e-998a-cba176644a20", "decided_on": "2026-11-29", "graduate_id": "0342a92b-3315-4de0-bc08-7ba980284aaf", "recorded_at": "2026-11-29T01:32:21.541782+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', 'cac401ac4c614fc3992be7ff3eafe252', NULL, 31),
	(32, '01a224ee-86a6-772a-a856-b509fff59364', 'quxiang.surveys.response.v1', '1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', 3, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:32:21.541782+00', '{"cycle": 1, "state": "requested", "cohort": 2026, "wave_id": "01a224ee-868c-742e-998a-cba176644a20", "decided_on": "2026-11-29", "graduate_id": "1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14", "recorded_at": "2026-11-29T01:32:21.541782+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', 'cac401ac4c614fc3992be7ff3eafe252', NULL, 32),
	(33, '01a224ee-86a6-77b8-b6bc-35df2f7fcfab', 'quxiang.surveys.response.v1', '2f30faa0-8617-4517-9913-c1914a7f5d91', 3, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:32:21.541782+00', '{"cycle": 1, "state": "requested", "cohort": 2026, "wave_id": "01a224ee-868c-742e-998a-cba176644a20", "decided_on": "2026-11-29", "graduate_id": "2f30faa0-8617-4517-9913-c1914a7f5d91", "recorded_at": "2026-11-29T01:32:21.541782+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', 'cac401ac4c614fc3992be7ff3eafe252', NULL, 33),
	(34, '01a224ee-86a6-780c-a993-c8a34f4db319', 'quxiang.surveys.response.v1', '737b083e-4f5a-4a57-9273-56bc07743b03', 3, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:32:21.541782+00', '{"cycle": 1, "state": "requested", "cohort": 2026, "wave_id": "01a224ee-868c-742e-998a-cba176644a20", "decided_on": "2026-11-29", "graduate_id": "737b083e-4f5a-4a57-9273-56bc07743b03", "recorded_at": "2026-11-29T01:32:21.541782+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', 'cac401ac4c614fc3992be7ff3eafe252', NULL, 34),
	(35, '01a224ee-86a6-7856-922c-ddf8a878356e', 'quxiang.surveys.response.v1', '82587726-11de-4e7e-a198-f730c907c3e5', 3, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:32:21.541782+00', '{"cycle": 1, "state": "requested", "cohort": 2026, "wave_id": "01a224ee-868c-742e-998a-cba176644a20", "decided_on": "2026-11-29", "graduate_id": "82587726-11de-4e7e-a198-f730c907c3e5", "recorded_at": "2026-11-29T01:32:21.541782+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', 'cac401ac4c614fc3992be7ff3eafe252', NULL, 35),
	(36, '01a224ee-86ae-7abf-866b-f0187af071ff', 'quxiang.surveys.response.v1', '9bce45e8-f31d-42cb-ab4e-796eaaa23a63', 3, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:32:21.541782+00', '{"cycle": 1, "state": "requested", "cohort": 2026, "wave_id": "01a224ee-868c-742e-998a-cba176644a20", "decided_on": "2026-11-29", "graduate_id": "9bce45e8-f31d-42cb-ab4e-796eaaa23a63", "recorded_at": "2026-11-29T01:32:21.541782+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', 'cac401ac4c614fc3992be7ff3eafe252', NULL, 36),
	(37, '01a224ee-86ae-7b7f-b66d-fc907545a52e', 'quxiang.surveys.response.v1', 'b6f51f60-0fd0-4765-b695-3d564c649c91', 3, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:32:21.541782+00', '{"cycle": 1, "state": "requested", "cohort": 2026, "wave_id": "01a224ee-868c-742e-998a-cba176644a20", "decided_on": "2026-11-29", "graduate_id": "b6f51f60-0fd0-4765-b695-3d564c649c91", "recorded_at": "2026-11-29T01:32:21.541782+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', 'cac401ac4c614fc3992be7ff3eafe252', NULL, 37),
	(38, '01a224ee-86ae-7bc8-aaf9-f00e65a7db9b', 'quxiang.surveys.response.v1', 'cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', 3, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:32:21.541782+00', '{"cycle": 1, "state": "requested", "cohort": 2026, "wave_id": "01a224ee-868c-742e-998a-cba176644a20", "decided_on": "2026-11-29", "graduate_id": "cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad", "recorded_at": "2026-11-29T01:32:21.541782+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', 'cac401ac4c614fc3992be7ff3eafe252', NULL, 38),
	(39, '01a224ee-86ae-7c18-8b15-797475e5e556', 'quxiang.surveys.response.v1', 'dd367f96-0431-46d5-9151-b19a4379b25d', 3, 'quxiang.response.requested', '10001', '2026-11-29', '2026-11-29 01:32:21.541782+00', '{"cycle": 1, "state": "requested", "cohort": 2026, "wave_id": "01a224ee-868c-742e-998a-cba176644a20", "decided_on": "2026-11-29", "graduate_id": "dd367f96-0431-46d5-9151-b19a4379b25d", "recorded_at": "2026-11-29T01:32:21.541782+00:00", "school_code": "10001", "changed_fields": ["state"], "questions_total": 1, "questionnaire_id": "01a224ec-bb8c-736d-9004-d874546b87fd", "questions_answered": 0, "questionnaire_version": 1}', 'cac401ac4c614fc3992be7ff3eafe252', NULL, 39);
INSERT INTO public.questionnaire_versions VALUES
	('01a224ec-b8ba-7ff8-a1ce-40ee161da118', 1, '10002', '{"en": "Graduate survey (example)", "zh": "毕业生跟踪调查 (示例)"}', '[{"id": "work", "questions": [{"id": "related", "text": {"en": "Is your work related to your major?", "zh": "目前的工作与所学专业相关吗?"}, "type": "single_choice", "options": [{"text": {"en": "Yes", "zh": "相关"}, "value": "yes"}, {"text": {"en": "No", "zh": "不相关"}, "value": "no"}], "required": true}]}]', '2026-11-29 01:30:23.419375+00'),
	('01a224ec-bb8c-736d-9004-d874546b87fd', 1, '10001', '{"en": "Graduate survey (example)", "zh": "毕业生跟踪调查 (示例)"}', '[{"id": "work", "questions": [{"id": "related", "text": {"en": "Is your work related to your major?", "zh": "目前的工作与所学专业相关吗?"}, "type": "single_choice", "options": [{"text": {"en": "Yes", "zh": "相关"}, "value": "yes"}, {"text": {"en": "No", "zh": "不相关"}, "value": "no"}], "required": true}]}]', '2026-11-29 01:30:24.092733+00');
INSERT INTO public.questionnaires VALUES
	('01a224ec-b8ba-7ff8-a1ce-40ee161da118', '10002', 2, 'published', 1, '{"en": "Graduate survey (example)", "zh": "毕业生跟踪调查 (示例)"}', '[{"id": "work", "questions": [{"id": "related", "text": {"en": "Is your work related to your major?", "zh": "目前的工作与所学专业相关吗?"}, "type": "single_choice", "options": [{"text": {"en": "Yes", "zh": "相关"}, "value": "yes"}, {"text": {"en": "No", "zh": "不相关"}, "value": "no"}], "required": true}]}]', '2026-11-29 01:30:23.291025+00', '2026-11-29 01:30:23.431353+00'),
	('01a224ec-bb8c-736d-9004-d874546b87fd', '10001', 2, 'published', 1, '{"en": "Graduate survey (example)", "zh": "毕业生跟踪调查 (示例)"}', '[{"id": "work", "questions": [{"id": "related", "text": {"en": "Is your work related to your major?", "zh": "目前的工作与所学专业相关吗?"}, "type": "single_choice", "options": [{"text": {"en": "Yes", "zh": "相关"}, "value": "yes"}, {"text": {"en": "No", "zh": "不相关"}, "value": "no"}], "required": true}]}]', '2026-11-29 01:30:24.012232+00', '2026-11-29 01:30:24.119078+00');
INSERT INTO public.relay_state VALUES
	(1, 39, 39);
INSERT INTO public.response_pages VALUES
	('01a224ec-bd64-7478-b3b2-96eeee135147', 'work', '\x0101026b31d8274bbd0d74dea251c9dc75297b0880b8eddf06a7aa92da9146b8ab3844ade9ce', '2026-11-29 01:30:24.674833+00', '10002'),
	('01a224ec-bd61-75d6-af02-f0866f73fcdc', 'work', '\x0101026b314bf335736cb9aa0ff5669a0c56afbfee813435bcd26ddb625a79f11596c7226f2b', '2026-11-29 01:30:24.698354+00', '10002'),
	('01a224ec-bdd7-7764-911e-560f28edccbc', 'work', '\x0101026b318d7bec4dfd568b016b21aeaabd6e9e4a102fd1a507b256b2ce4c7e952f7f5aa3', '2026-11-29 01:30:24.798334+00', '10002'),
	('01a224ec-bd9d-7051-b925-6379afce1bba', 'work', '\x0101026b31a1fdcce5bb9d85985b107bf299dbd571266118700edf40144dead34ffacf462318', '2026-11-29 01:30:24.800371+00', '10002'),
	('01a224ec-c029-7e64-b8ed-ac937ee1c3d9', 'work', '\x0101026b31a1144c8b98a6e7c884a97e1f7ea36f62f5b03520892cfb88767a7fea4a1ff850', '2026-11-29 01:30:25.693674+00', '10002'),
	('01a224ec-c071-769b-ba0d-3ec7ec6ab8c4', 'work', '\x0101026b319a88c3db13c07fd2b30d0bb739aafbb76a21ed2d857cfa9b2f3b9099a078d1dd48', '2026-11-29 01:30:25.753925+00', '10001'),
	('01a224ec-bfc6-7f60-bf13-459524e2ef69', 'work', '\x0101026b310868b7de15864461b82f483fa85d1f0b46fa4a213d9a333b0d89b446c3ad986f', '2026-11-29 01:30:25.786012+00', '10002'),
	('01a224ec-c09c-73f7-a6cd-a117f85e3cf2', 'work', '\x0101026b31350d3a608511bacbd8d504836b8edb864bdcebcd57e5e9a38f3f38ed675e58a55b', '2026-11-29 01:30:25.793971+00', '10001'),
	('01a224ec-c0aa-7b34-91b3-1343c1eb88de', 'work', '\x0101026b31b81641902ff01f1ce1384e4e48051e8016ed66e4f46d9a7645ad60403db8ff5d4b', '2026-11-29 01:30:25.7943+00', '10001'),
	('01a224ec-c10b-7b9a-8911-b3654a4e4023', 'work', '\x0101026b31c41a4b466185635859d934adef90f6b070796d1f31323ca77d8eb8c4a4867528', '2026-11-29 01:30:25.875152+00', '10001'),
	('01a224ec-c5d6-728f-8d56-b9a43690b1c7', 'work', '\x0101026b31363a5af01d5b3778f7d86a3a79e183c8d76eeb537c792dd4827f8858d6c2c79b', '2026-11-29 01:30:27.313577+00', '10001'),
	('01a224ec-c698-734b-8867-278b06021eb4', 'work', '\x0101026b314081fccdd74b645acdf5b4d907443428e15d55f9b23d6e340ed97fd40ccec59c1c', '2026-11-29 01:30:27.413171+00', '10001'),
	('01a224ec-c72a-70cb-aa1c-fa1def41b8bb', 'work', '\x0101026b318bcc6adb2b663667f50af220e9b63f4bcbd859360c3d4feb3de38bfa36d3ab1bd5', '2026-11-29 01:30:27.42252+00', '10001'),
	('01a224ec-c619-7e14-b6f2-59cce1c930bd', 'work', '\x0101026b3164ede2b93226551b251d9dd9146c2a3aea3345e812ac0dcce0781dade4b5f84d4b', '2026-11-29 01:30:27.45001+00', '10001'),
	('01a224ec-c983-7609-bc54-44eb4386932e', 'work', '\x0101026b317a1c8c89755a9c50cf4327970de0b53c67d43250c5d578438d12e4fdbb90405e', '2026-11-29 01:30:27.697748+00', '10001');
INSERT INTO public.response_streams VALUES
	('1d998fc3-5fd9-4422-8d15-36c5e7506750', '10002', 2, '2026-11-29'),
	('7bde86e8-c589-49b0-88f4-34a2f59d24ee', '10002', 2, '2026-11-29'),
	('d7a83106-b589-487d-8646-cfa9b10da076', '10002', 2, '2026-11-29'),
	('62900047-e057-4044-9399-46118ea1fffe', '10002', 2, '2026-11-29'),
	('aad486bd-752b-4763-8cb1-dbb2a13eb0b8', '10002', 2, '2026-11-29'),
	('a0238b07-da83-4c88-8bb1-ab60f51f81ce', '10002', 2, '2026-11-29'),
	('0342a92b-3315-4de0-bc08-7ba980284aaf', '10001', 3, '2026-11-29'),
	('1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', '10001', 3, '2026-11-29'),
	('2f30faa0-8617-4517-9913-c1914a7f5d91', '10001', 3, '2026-11-29'),
	('737b083e-4f5a-4a57-9273-56bc07743b03', '10001', 3, '2026-11-29'),
	('82587726-11de-4e7e-a198-f730c907c3e5', '10001', 3, '2026-11-29'),
	('9bce45e8-f31d-42cb-ab4e-796eaaa23a63', '10001', 3, '2026-11-29'),
	('b6f51f60-0fd0-4765-b695-3d564c649c91', '10001', 3, '2026-11-29'),
	('cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', '10001', 3, '2026-11-29'),
	('dd367f96-0431-46d5-9151-b19a4379b25d', '10001', 3, '2026-11-29');
INSERT INTO public.responses VALUES
	('01a224ec-bd61-75d6-af02-f0866f73fcdc', '01a224ec-bb91-75f7-85f3-ecd68480471d', '01a224ec-b9ed-7773-9542-eb00289df7c3', '1d998fc3-5fd9-4422-8d15-36c5e7506750', '10002', 3, 'submitted', 1, 1, '2026-11-29 01:30:24.481382+00', '2026-11-29 01:30:24.851581+00', '2026-11-29 01:30:24.851581+00', 2),
	('01a224ec-bd64-7478-b3b2-96eeee135147', '01a224ec-bb91-7664-89a1-1281149d3b39', '01a224ec-b9ed-7773-9542-eb00289df7c3', '7bde86e8-c589-49b0-88f4-34a2f59d24ee', '10002', 3, 'submitted', 1, 1, '2026-11-29 01:30:24.484297+00', '2026-11-29 01:30:24.852763+00', '2026-11-29 01:30:24.852763+00', 2),
	('01a224ec-bd9d-7051-b925-6379afce1bba', '01a224ec-bb91-769e-87bf-cf57f43decf3', '01a224ec-b9ed-7773-9542-eb00289df7c3', 'd7a83106-b589-487d-8646-cfa9b10da076', '10002', 3, 'submitted', 1, 1, '2026-11-29 01:30:24.541043+00', '2026-11-29 01:30:25.101407+00', '2026-11-29 01:30:25.101407+00', 2),
	('01a224ec-bdd7-7764-911e-560f28edccbc', '01a224ec-bb91-7650-af83-3f738abf903e', '01a224ec-b9ed-7773-9542-eb00289df7c3', '62900047-e057-4044-9399-46118ea1fffe', '10002', 3, 'submitted', 1, 1, '2026-11-29 01:30:24.599484+00', '2026-11-29 01:30:25.235202+00', '2026-11-29 01:30:25.235202+00', 2),
	('01a224ec-c029-7e64-b8ed-ac937ee1c3d9', '01a224ec-bb91-768c-ab07-1a8fdf8498ab', '01a224ec-b9ed-7773-9542-eb00289df7c3', 'aad486bd-752b-4763-8cb1-dbb2a13eb0b8', '10002', 3, 'submitted', 1, 1, '2026-11-29 01:30:25.193927+00', '2026-11-29 01:30:26.169651+00', '2026-11-29 01:30:26.169651+00', 2),
	('01a224ec-c071-769b-ba0d-3ec7ec6ab8c4', '01a224ec-bde6-7526-a5fa-60a4e1cb1b45', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', 'b6f51f60-0fd0-4765-b695-3d564c649c91', '10001', 3, 'submitted', 1, 1, '2026-11-29 01:30:25.26543+00', '2026-11-29 01:30:26.181014+00', '2026-11-29 01:30:26.181014+00', 2),
	('01a224ec-c0aa-7b34-91b3-1343c1eb88de', '01a224ec-bde6-74f4-b2bf-fc0ddf98b0f4', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '82587726-11de-4e7e-a198-f730c907c3e5', '10001', 3, 'submitted', 1, 1, '2026-11-29 01:30:25.322724+00', '2026-11-29 01:30:26.182186+00', '2026-11-29 01:30:26.182186+00', 2),
	('01a224ec-bfc6-7f60-bf13-459524e2ef69', '01a224ec-bb91-7677-b345-be458e01c7b4', '01a224ec-b9ed-7773-9542-eb00289df7c3', 'a0238b07-da83-4c88-8bb1-ab60f51f81ce', '10002', 3, 'submitted', 1, 1, '2026-11-29 01:30:25.094981+00', '2026-11-29 01:30:26.193013+00', '2026-11-29 01:30:26.193013+00', 2),
	('01a224ec-c09c-73f7-a6cd-a117f85e3cf2', '01a224ec-bde6-753c-ad66-14f53a1f083c', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', 'cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', '10001', 3, 'submitted', 1, 1, '2026-11-29 01:30:25.308272+00', '2026-11-29 01:30:26.281421+00', '2026-11-29 01:30:26.281421+00', 2),
	('01a224ec-c10b-7b9a-8911-b3654a4e4023', '01a224ec-bde6-750e-b912-1a3c35a70128', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '9bce45e8-f31d-42cb-ab4e-796eaaa23a63', '10001', 3, 'submitted', 1, 1, '2026-11-29 01:30:25.419753+00', '2026-11-29 01:30:26.501395+00', '2026-11-29 01:30:26.501395+00', 2),
	('01a224ec-c5d6-728f-8d56-b9a43690b1c7', '01a224ec-bde6-7552-b9f6-7992646cd83c', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', 'dd367f96-0431-46d5-9151-b19a4379b25d', '10001', 3, 'submitted', 1, 1, '2026-11-29 01:30:26.646189+00', '2026-11-29 01:30:27.475608+00', '2026-11-29 01:30:27.475608+00', 2),
	('01a224ec-c698-734b-8867-278b06021eb4', '01a224ec-bde6-74a3-8f63-fe3a777c9a25', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', '10001', 3, 'submitted', 1, 1, '2026-11-29 01:30:26.840227+00', '2026-11-29 01:30:27.48742+00', '2026-11-29 01:30:27.48742+00', 2),
	('01a224ec-c619-7e14-b6f2-59cce1c930bd', '01a224ec-bde6-74c2-9eac-6788073d5dab', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '2f30faa0-8617-4517-9913-c1914a7f5d91', '10001', 3, 'submitted', 1, 1, '2026-11-29 01:30:26.7139+00', '2026-11-29 01:30:27.62089+00', '2026-11-29 01:30:27.62089+00', 2),
	('01a224ec-c72a-70cb-aa1c-fa1def41b8bb', '01a224ec-bde6-74dc-8033-ae2c76209a72', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '737b083e-4f5a-4a57-9273-56bc07743b03', '10001', 3, 'submitted', 1, 1, '2026-11-29 01:30:26.986069+00', '2026-11-29 01:30:27.657185+00', '2026-11-29 01:30:27.657185+00', 2),
	('01a224ec-c983-7609-bc54-44eb4386932e', '01a224ec-bde6-7441-8e0f-e85f751cfb2a', '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '0342a92b-3315-4de0-bc08-7ba980284aaf', '10001', 3, 'submitted', 1, 1, '2026-11-29 01:30:27.587402+00', '2026-11-29 01:30:27.76913+00', '2026-11-29 01:30:27.76913+00', 2);
INSERT INTO public.schools VALUES
	('10002', '示例师范学院', 'Example Normal College', 1, 6),
	('10001', '示例理工大学', 'Example University of Technology', 1, 8);
INSERT INTO public.wave_eligible VALUES
	('01a224ec-b9ed-7773-9542-eb00289df7c3', '1d998fc3-5fd9-4422-8d15-36c5e7506750', '10002'),
	('01a224ec-b9ed-7773-9542-eb00289df7c3', '62900047-e057-4044-9399-46118ea1fffe', '10002'),
	('01a224ec-b9ed-7773-9542-eb00289df7c3', '7bde86e8-c589-49b0-88f4-34a2f59d24ee', '10002'),
	('01a224ec-b9ed-7773-9542-eb00289df7c3', 'a0238b07-da83-4c88-8bb1-ab60f51f81ce', '10002'),
	('01a224ec-b9ed-7773-9542-eb00289df7c3', 'aad486bd-752b-4763-8cb1-dbb2a13eb0b8', '10002'),
	('01a224ec-b9ed-7773-9542-eb00289df7c3', 'd7a83106-b589-487d-8646-cfa9b10da076', '10002'),
	('01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '0342a92b-3315-4de0-bc08-7ba980284aaf', '10001'),
	('01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', '10001'),
	('01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '2f30faa0-8617-4517-9913-c1914a7f5d91', '10001'),
	('01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '737b083e-4f5a-4a57-9273-56bc07743b03', '10001'),
	('01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '82587726-11de-4e7e-a198-f730c907c3e5', '10001'),
	('01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '9bce45e8-f31d-42cb-ab4e-796eaaa23a63', '10001'),
	('01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', 'b6f51f60-0fd0-4765-b695-3d564c649c91', '10001'),
	('01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', 'cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', '10001'),
	('01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', 'dd367f96-0431-46d5-9151-b19a4379b25d', '10001'),
	('01a224ee-868c-742e-998a-cba176644a20', '0342a92b-3315-4de0-bc08-7ba980284aaf', '10001'),
	('01a224ee-868c-742e-998a-cba176644a20', '1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', '10001'),
	('01a224ee-868c-742e-998a-cba176644a20', '2f30faa0-8617-4517-9913-c1914a7f5d91', '10001'),
	('01a224ee-868c-742e-998a-cba176644a20', '737b083e-4f5a-4a57-9273-56bc07743b03', '10001'),
	('01a224ee-868c-742e-998a-cba176644a20', '82587726-11de-4e7e-a198-f730c907c3e5', '10001'),
	('01a224ee-868c-742e-998a-cba176644a20', '9bce45e8-f31d-42cb-ab4e-796eaaa23a63', '10001'),
	('01a224ee-868c-742e-998a-cba176644a20', 'b6f51f60-0fd0-4765-b695-3d564c649c91', '10001'),
	('01a224ee-868c-742e-998a-cba176644a20', 'cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', '10001'),
	('01a224ee-868c-742e-998a-cba176644a20', 'dd367f96-0431-46d5-9151-b19a4379b25d', '10001');
INSERT INTO public.waves VALUES
	('01a224ec-b9ed-7773-9542-eb00289df7c3', '10002', 1, 2026, 0, '01a224ec-b8ba-7ff8-a1ce-40ee161da118', 1, '2026-11-29 01:30:23.476869+00', '2027-01-28 01:30:23.476869+00', 6, '2026-11-29 01:30:23.597481+00'),
	('01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '10001', 1, 2026, 0, '01a224ec-bb8c-736d-9004-d874546b87fd', 1, '2026-11-29 01:30:24.168971+00', '2027-01-28 01:30:24.168971+00', 9, '2026-11-29 01:30:24.221939+00'),
	('01a224ee-868c-742e-998a-cba176644a20', '10001', 1, 2026, 1, '01a224ec-bb8c-736d-9004-d874546b87fd', 1, '2026-12-01 00:00:00+00', '2027-12-01 00:00:00+00', 9, '2026-11-29 01:32:21.516285+00');
SELECT pg_catalog.setval('public.outbox_id_seq', 39, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT pk_audit_entries PRIMARY KEY (id);
ALTER TABLE ONLY public.graduates
    ADD CONSTRAINT pk_graduates PRIMARY KEY (graduate_id);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT pk_idempotency_keys PRIMARY KEY (subject, method, path, key);
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT pk_invitations PRIMARY KEY (id);
ALTER TABLE ONLY public.operation_chunks
    ADD CONSTRAINT pk_operation_chunks PRIMARY KEY (operation_id, chunk_no);
ALTER TABLE ONLY public.operations
    ADD CONSTRAINT pk_operations PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);
ALTER TABLE ONLY public.questionnaire_versions
    ADD CONSTRAINT pk_questionnaire_versions PRIMARY KEY (questionnaire_id, number);
ALTER TABLE ONLY public.questionnaires
    ADD CONSTRAINT pk_questionnaires PRIMARY KEY (id);
ALTER TABLE ONLY public.relay_state
    ADD CONSTRAINT pk_relay_state PRIMARY KEY (id);
ALTER TABLE ONLY public.response_pages
    ADD CONSTRAINT pk_response_pages PRIMARY KEY (response_id, page_id);
ALTER TABLE ONLY public.response_streams
    ADD CONSTRAINT pk_response_streams PRIMARY KEY (graduate_id);
ALTER TABLE ONLY public.responses
    ADD CONSTRAINT pk_responses PRIMARY KEY (id);
ALTER TABLE ONLY public.schools
    ADD CONSTRAINT pk_schools PRIMARY KEY (school_code);
ALTER TABLE ONLY public.upload_chunks
    ADD CONSTRAINT pk_upload_chunks PRIMARY KEY (operation_id, index);
ALTER TABLE ONLY public.wave_eligible
    ADD CONSTRAINT pk_wave_eligible PRIMARY KEY (wave_id, graduate_id);
ALTER TABLE ONLY public.waves
    ADD CONSTRAINT pk_waves PRIMARY KEY (id);
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT uq_invitations_token_digest UNIQUE (token_digest);
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT uq_invitations_wave_id_graduate_id UNIQUE (wave_id, graduate_id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT uq_outbox_topic_key_sequence UNIQUE (topic, key, sequence);
ALTER TABLE ONLY public.responses
    ADD CONSTRAINT uq_responses_invitation_id UNIQUE (invitation_id);
CREATE INDEX ix_audit_entries_object ON public.audit_entries USING btree (object_kind, object_id);
CREATE INDEX ix_audit_entries_school_recorded ON public.audit_entries USING btree (school_code, recorded_at);
CREATE INDEX ix_graduates_school_code_cohort ON public.graduates USING btree (school_code, cohort);
CREATE INDEX ix_idempotency_keys_stored_at ON public.idempotency_keys USING btree (stored_at);
CREATE INDEX ix_invitations_operation_id ON public.invitations USING btree (operation_id);
CREATE INDEX ix_invitations_wave_id_id ON public.invitations USING btree (wave_id, id);
CREATE INDEX ix_operations_expires_at ON public.operations USING btree (expires_at);
CREATE INDEX ix_operations_open ON public.operations USING btree (id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX ix_outbox_school_position ON public.outbox USING btree (school_code, "position");
CREATE INDEX ix_outbox_unnumbered ON public.outbox USING btree (id) WHERE ("position" IS NULL);
CREATE INDEX ix_questionnaires_school_code_id ON public.questionnaires USING btree (school_code, id);
CREATE INDEX ix_responses_graduate_id ON public.responses USING btree (graduate_id);
CREATE INDEX ix_responses_school_code_id ON public.responses USING btree (school_code, id);
CREATE INDEX ix_waves_school_code_id ON public.waves USING btree (school_code, id);
CREATE UNIQUE INDEX uq_outbox_position ON public.outbox USING btree ("position");
ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT fk_invitations_wave_id_waves FOREIGN KEY (wave_id) REFERENCES public.waves(id);
ALTER TABLE ONLY public.operation_chunks
    ADD CONSTRAINT fk_operation_chunks_operation_id_operations FOREIGN KEY (operation_id) REFERENCES public.operations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.questionnaire_versions
    ADD CONSTRAINT fk_questionnaire_versions_questionnaire_id_questionnaires FOREIGN KEY (questionnaire_id) REFERENCES public.questionnaires(id);
ALTER TABLE ONLY public.response_pages
    ADD CONSTRAINT fk_response_pages_response_id_responses FOREIGN KEY (response_id) REFERENCES public.responses(id);
ALTER TABLE ONLY public.responses
    ADD CONSTRAINT fk_responses_invitation_id_invitations FOREIGN KEY (invitation_id) REFERENCES public.invitations(id);
ALTER TABLE ONLY public.responses
    ADD CONSTRAINT fk_responses_wave_id_waves FOREIGN KEY (wave_id) REFERENCES public.waves(id);
ALTER TABLE ONLY public.upload_chunks
    ADD CONSTRAINT fk_upload_chunks_operation_id_operations FOREIGN KEY (operation_id) REFERENCES public.operations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.wave_eligible
    ADD CONSTRAINT fk_wave_eligible_wave_id_waves FOREIGN KEY (wave_id) REFERENCES public.waves(id);
ALTER TABLE ONLY public.waves
    ADD CONSTRAINT fk_waves_questionnaire_version FOREIGN KEY (questionnaire_id, questionnaire_version) REFERENCES public.questionnaire_versions(questionnaire_id, number);
