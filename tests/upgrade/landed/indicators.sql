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
CREATE TABLE public.applied_partitions (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint,
    included_until timestamp with time zone NOT NULL
)
WITH (fillfactor='50');
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
CREATE TABLE public.cells (
    school_code text NOT NULL,
    cohort integer NOT NULL,
    dimension text NOT NULL,
    value text NOT NULL,
    destination_code text NOT NULL,
    flexible boolean NOT NULL,
    graduates integer NOT NULL,
    CONSTRAINT ck_cells_not_negative CHECK ((graduates >= 0))
)
WITH (fillfactor='70');
CREATE TABLE public.destination_versions (
    graduate_id uuid NOT NULL,
    sequence bigint NOT NULL,
    school_code text NOT NULL,
    event_id uuid NOT NULL,
    decided_on date NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    registration_id uuid NOT NULL,
    state text NOT NULL,
    confirmation text,
    destination_code text NOT NULL,
    code_list_version text NOT NULL,
    flexible boolean NOT NULL,
    flexible_kind text,
    employer_nature_code text,
    industry_code text,
    place_code text,
    position_code text
);
CREATE TABLE public.moved_groups (
    id bigint NOT NULL,
    school_code text NOT NULL,
    cohort integer NOT NULL,
    dimension text NOT NULL,
    value text NOT NULL
);
ALTER TABLE public.moved_groups ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.moved_groups_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
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
CREATE TABLE public.rate_streams (
    school_code text NOT NULL,
    sequence bigint NOT NULL
);
CREATE TABLE public.relay_state (
    id smallint DEFAULT 1 NOT NULL,
    numbered bigint DEFAULT 0 NOT NULL,
    sent bigint DEFAULT 0 NOT NULL,
    CONSTRAINT ck_relay_state_one_row CHECK ((id = 1))
);
CREATE TABLE public.response_versions (
    graduate_id uuid NOT NULL,
    sequence bigint NOT NULL,
    school_code text NOT NULL,
    cohort integer NOT NULL,
    cycle integer NOT NULL,
    wave_id uuid NOT NULL,
    event_id uuid NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    state text NOT NULL
);
CREATE TABLE public.roster_versions (
    graduate_id uuid NOT NULL,
    sequence bigint NOT NULL,
    school_code text NOT NULL,
    cohort integer NOT NULL,
    event_id uuid NOT NULL,
    decided_on date NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    status text NOT NULL,
    college_code text,
    major_code text,
    class_code text,
    education_level_code text,
    sex_code text,
    origin_place_code text,
    ethnicity_code text,
    hardship_code text,
    training_mode_code text,
    teacher_training_code text,
    study_form text
);
CREATE TABLE public.spans (
    school_code text NOT NULL,
    graduate_id uuid NOT NULL,
    from_day date NOT NULL,
    to_day date NOT NULL,
    cohort integer NOT NULL,
    college_code text,
    major_code text,
    class_code text,
    education_level_code text,
    sex_code text,
    origin_province_code text,
    destination_code text,
    flexible boolean NOT NULL,
    employer_nature_code text,
    industry_code text,
    place_code text,
    position_code text,
    CONSTRAINT ck_spans_half_open CHECK ((from_day < to_day))
)
WITH (fillfactor='80');
CREATE TABLE public.units (
    school_code text NOT NULL,
    unit_kind text NOT NULL,
    code text NOT NULL,
    sequence bigint NOT NULL,
    name text NOT NULL,
    name_en text,
    province_code text,
    college_code text,
    major_code text,
    state text NOT NULL
);
INSERT INTO public.alembic_version VALUES
	('202611260002');
INSERT INTO public.applied_partitions VALUES
	('quxiang.destinations.registration.v1', 0, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.destinations.registration.v1', 1, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.destinations.registration.v1', 2, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.destinations.registration.v1', 3, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.destinations.registration.v1', 4, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.destinations.registration.v1', 5, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.destinations.registration.v1', 6, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.destinations.registration.v1', 7, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.destinations.registration.v1', 8, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.destinations.registration.v1', 9, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.destinations.registration.v1', 10, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.destinations.registration.v1', 11, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.graduate.v1', 0, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.graduate.v1', 1, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.graduate.v1', 2, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.graduate.v1', 3, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.graduate.v1', 4, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.graduate.v1', 5, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.graduate.v1', 6, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.graduate.v1', 7, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.graduate.v1', 8, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.graduate.v1', 9, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.graduate.v1', 10, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.graduate.v1', 11, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.organisation.v1', 0, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.organisation.v1', 1, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.organisation.v1', 2, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.organisation.v1', 3, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.organisation.v1', 4, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.organisation.v1', 5, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.organisation.v1', 6, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.organisation.v1', 7, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.organisation.v1', 8, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.organisation.v1', 9, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.organisation.v1', 10, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.registry.organisation.v1', 11, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.surveys.response.v1', 0, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.surveys.response.v1', 1, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.surveys.response.v1', 2, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.surveys.response.v1', 3, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.surveys.response.v1', 4, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.surveys.response.v1', 5, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.surveys.response.v1', 6, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.surveys.response.v1', 7, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.surveys.response.v1', 8, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.surveys.response.v1', 9, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.surveys.response.v1', 10, NULL, '2026-11-29 01:32:37.92+00'),
	('quxiang.surveys.response.v1', 11, NULL, '2026-11-29 01:32:37.92+00');
INSERT INTO public.cells VALUES
	('10002', 2026, 'origin_province', '410000', '', false, 1),
	('10001', 2026, 'college', 'C03', '', false, 0),
	('10001', 2026, 'college', 'C04', '', false, 2),
	('10001', 2026, 'major', '120203', '', false, 2),
	('10002', 2026, 'college', 'E03', '', false, 2),
	('10002', 2026, 'major', '070101', '', false, 2),
	('10001', 2026, 'major', '081001', '', false, 0),
	('10001', 2026, 'origin_province', '610000', '', false, 2),
	('10001', 2026, 'sex', '1', '', false, 3),
	('10001', 2026, 'origin_province', '340000', '', false, 0),
	('10001', 2026, 'education_level_code', '31', '', false, 5),
	('10001', 2026, 'class', '', '', false, 5),
	('10001', 2026, 'total', '', '', false, 5),
	('10001', 2026, 'origin_province', '130000', '', false, 1),
	('10002', 2026, 'origin_province', '110000', '', false, 0),
	('10001', 2026, 'major', '081001', '11', false, 1),
	('10001', 2026, 'sex', '2', '', false, 2),
	('10001', 2026, 'origin_province', '410000', '11', false, 1),
	('10001', 2026, 'major', '080202', '', false, 3),
	('10001', 2026, 'college', 'C02', '', false, 3),
	('10002', 2026, 'origin_province', '510000', '', false, 1),
	('10002', 2026, 'sex', '1', '', false, 3),
	('10002', 2026, 'sex', '1', '11', false, 0),
	('10002', 2026, 'major', '040107', '10', false, 1),
	('10002', 2026, 'origin_province', '110000', '10', false, 1),
	('10002', 2026, 'origin_province', '510000', '11', false, 0),
	('10002', 2026, 'major', '040107', '11', false, 0),
	('10002', 2026, 'college', 'E01', '11', false, 0),
	('10002', 2026, 'origin_province', '130000', '', false, 1),
	('10002', 2026, 'class', '', '', false, 5),
	('10002', 2026, 'sex', '2', '10', false, 1),
	('10002', 2026, 'college', 'E01', '10', false, 1),
	('10002', 2026, 'education_level_code', '31', '10', false, 1),
	('10002', 2026, 'total', '', '10', false, 1),
	('10002', 2026, 'class', '', '10', false, 1),
	('10002', 2026, 'total', '', '', false, 5),
	('10001', 2026, 'college', 'C03', '11', false, 1),
	('10001', 2026, 'sex', '1', '11', false, 1),
	('10002', 2026, 'education_level_code', '31', '', false, 5),
	('10002', 2026, 'major', '040107', '', false, 1),
	('10002', 2026, 'total', '', '11', false, 0),
	('10002', 2026, 'class', '', '11', false, 0),
	('10001', 2026, 'sex', '2', '11', false, 1),
	('10002', 2026, 'education_level_code', '31', '11', false, 0),
	('10002', 2026, 'college', 'E01', '', false, 3),
	('10001', 2026, 'origin_province', '410000', '', false, 1),
	('10001', 2026, 'education_level_code', '31', '11', false, 2),
	('10001', 2026, 'origin_province', '610000', '11', false, 0),
	('10001', 2026, 'major', '080202', '11', false, 0),
	('10001', 2026, 'college', 'C02', '11', false, 0),
	('10001', 2026, 'total', '', '11', false, 2),
	('10001', 2026, 'class', '', '11', false, 2),
	('10002', 2026, 'origin_province', '370000', '', false, 1),
	('10002', 2026, 'origin_province', '610000', '', false, 1),
	('10002', 2026, 'major', '070101', '11', false, 0),
	('10002', 2026, 'origin_province', '370000', '11', false, 0),
	('10002', 2026, 'college', 'E03', '11', false, 0),
	('10002', 2026, 'sex', '2', '11', false, 0),
	('10002', 2026, 'sex', '2', '', false, 2),
	('10002', 2026, 'major', '040106', '', false, 2),
	('10001', 2026, 'origin_province', '370000', '', false, 1),
	('10001', 2026, 'origin_province', '610000', '801', false, 1),
	('10001', 2026, 'sex', '2', '801', false, 1),
	('10001', 2026, 'major', '080202', '801', false, 1),
	('10001', 2026, 'college', 'C02', '801', false, 1),
	('10001', 2026, 'class', '', '801', false, 1),
	('10001', 2026, 'total', '', '801', false, 1),
	('10001', 2026, 'education_level_code', '31', '801', false, 1),
	('10001', 2026, 'major', '080202', '10', false, 1),
	('10001', 2026, 'college', 'C02', '10', false, 1),
	('10001', 2026, 'origin_province', '130000', '10', false, 0),
	('10001', 2026, 'sex', '2', '10', false, 0),
	('10001', 2026, 'total', '', '10', false, 1),
	('10002', 2026, 'origin_province', '130000', '10', false, 0),
	('10002', 2026, 'major', '040106', '10', false, 0),
	('10002', 2026, 'college', 'E01', '12', true, 0),
	('10002', 2026, 'origin_province', '610000', '12', true, 0),
	('10002', 2026, 'sex', '1', '12', true, 0),
	('10002', 2026, 'major', '040106', '12', true, 0),
	('10002', 2026, 'education_level_code', '31', '12', true, 0),
	('10002', 2026, 'total', '', '12', true, 0),
	('10002', 2026, 'class', '', '12', true, 0),
	('10002', 2026, 'sex', '1', '801', false, 0),
	('10002', 2026, 'major', '070101', '801', false, 0),
	('10002', 2026, 'education_level_code', '31', '801', false, 0),
	('10002', 2026, 'class', '', '801', false, 0),
	('10002', 2026, 'total', '', '801', false, 0),
	('10002', 2026, 'college', 'E03', '801', false, 0),
	('10002', 2026, 'origin_province', '410000', '801', false, 0),
	('10001', 2026, 'sex', '1', '70', false, 0),
	('10001', 2026, 'college', 'C03', '70', false, 0),
	('10001', 2026, 'major', '081001', '70', false, 0),
	('10001', 2026, 'class', '', '10', false, 1),
	('10001', 2026, 'education_level_code', '31', '10', false, 1),
	('10001', 2026, 'college', 'C04', '70', false, 0),
	('10001', 2026, 'major', '120203', '70', false, 0),
	('10001', 2026, 'origin_province', '340000', '70', false, 0),
	('10001', 2026, 'sex', '2', '70', false, 0),
	('10001', 2026, 'origin_province', '410000', '70', false, 0),
	('10001', 2026, 'total', '', '70', false, 0);
INSERT INTO public.cells VALUES
	('10001', 2026, 'class', '', '70', false, 0),
	('10001', 2026, 'education_level_code', '31', '70', false, 0),
	('10001', 2026, 'sex', '1', '10', false, 1),
	('10001', 2026, 'origin_province', '410000', '10', false, 1),
	('10001', 2026, 'college', 'C04', '10', false, 0),
	('10001', 2026, 'major', '120203', '10', false, 0),
	('10001', 2026, 'origin_province', '370000', '85', false, 0),
	('10001', 2026, 'college', 'C02', '85', false, 0),
	('10001', 2026, 'total', '', '85', false, 0),
	('10001', 2026, 'class', '', '85', false, 0),
	('10001', 2026, 'education_level_code', '31', '85', false, 0),
	('10001', 2026, 'sex', '1', '85', false, 0),
	('10001', 2026, 'major', '080202', '85', false, 0),
	('10001', 2026, 'college', 'C04', '71', false, 0),
	('10001', 2026, 'sex', '1', '71', false, 0),
	('10001', 2026, 'education_level_code', '31', '71', false, 0),
	('10001', 2026, 'class', '', '71', false, 0),
	('10001', 2026, 'total', '', '71', false, 0),
	('10001', 2026, 'major', '120203', '71', false, 0),
	('10001', 2026, 'origin_province', '610000', '71', false, 0),
	('10001', 2026, 'origin_province', '340000', '11', false, 1),
	('10001', 2026, 'college', 'C04', '11', false, 1),
	('10001', 2026, 'major', '120203', '11', false, 1);
INSERT INTO public.destination_versions VALUES
	('a0238b07-da83-4c88-8bb1-ab60f51f81ce', 1, '10002', '01a224ec-a495-7ea8-9909-397930c08702', '2026-03-20', '2026-11-29 01:30:18.127276+00', '01a224ec-a48f-74e7-9f63-5091ff8aba47', 'school_approved', 'unconfirmed', '11', '2024-09-01-6c2aad11', false, NULL, '31', '42', '510107', '13'),
	('0342a92b-3315-4de0-bc08-7ba980284aaf', 1, '10001', '01a224ec-a69d-757e-a9a1-fdf212ea9cd8', '2025-11-20', '2026-11-29 01:30:18.6381+00', '01a224ec-a68e-7216-ae98-1ff8d32dc298', 'school_approved', 'unconfirmed', '11', '2024-09-01-6c2aad11', false, NULL, '39', '37', '330106', '13'),
	('1d998fc3-5fd9-4422-8d15-36c5e7506750', 1, '10002', '01a224ec-a8b2-77d5-ab0c-e67b534150b9', '2026-05-10', '2026-11-29 01:30:19.159992+00', '01a224ec-a898-706a-bbfe-87f625eaf01b', 'school_approved', 'unconfirmed', '10', '2024-09-01-6c2aad11', false, NULL, '31', '37', '370102', '13'),
	('aad486bd-752b-4763-8cb1-dbb2a13eb0b8', 1, '10002', '01a224ec-a8b2-7910-b8c4-80f816c38a7a', '2026-05-10', '2026-11-29 01:30:19.159992+00', '01a224ec-a898-70fe-8287-db83520beae8', 'school_approved', 'unconfirmed', '11', '2024-09-01-6c2aad11', false, NULL, '10', '35', '440305', '13'),
	('737b083e-4f5a-4a57-9273-56bc07743b03', 1, '10001', '01a224ec-ab72-7a57-b213-7e3a352ecfe9', '2026-03-20', '2026-11-29 01:30:19.841286+00', '01a224ec-ab41-7539-8501-be4e36edf162', 'school_approved', 'unconfirmed', '10', '2024-09-01-6c2aad11', false, NULL, '39', '31', '410102', '13'),
	('82587726-11de-4e7e-a198-f730c907c3e5', 1, '10001', '01a224ec-ab72-7ee4-b7fd-55d5ea351585', '2026-03-20', '2026-11-29 01:30:19.841286+00', '01a224ec-ab41-75cc-a843-36ae5baea6e2', 'school_approved', 'unconfirmed', '71', '2024-09-01-6c2aad11', false, NULL, NULL, NULL, NULL, NULL),
	('cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', 1, '10001', '01a224ec-ab72-7f5f-bef5-24a9584c15e8', '2026-03-20', '2026-11-29 01:30:19.841286+00', '01a224ec-ab41-75f3-ac70-788bec8a215b', 'school_approved', 'unconfirmed', '85', '2024-09-01-6c2aad11', false, NULL, NULL, NULL, NULL, NULL),
	('dd367f96-0431-46d5-9151-b19a4379b25d', 1, '10001', '01a224ec-ab72-7faa-b116-e82b5bd36574', '2026-03-20', '2026-11-29 01:30:19.841286+00', '01a224ec-ab41-7610-b10f-4cc439d15784', 'school_approved', 'unconfirmed', '801', '2024-09-01-6c2aad11', false, NULL, NULL, NULL, NULL, NULL),
	('7bde86e8-c589-49b0-88f4-34a2f59d24ee', 1, '10002', '01a224ec-ae19-7538-b60c-0b0cdfdb78dc', '2026-06-20', '2026-11-29 01:30:20.522144+00', '01a224ec-adea-72c8-ba84-cff9876a303e', 'school_approved', 'unconfirmed', '10', '2024-09-01-6c2aad11', false, NULL, '22', '22', '310115', '13'),
	('2f30faa0-8617-4517-9913-c1914a7f5d91', 1, '10001', '01a224ec-afb2-7b82-b12e-b8aadfd9af2c', '2026-06-20', '2026-11-29 01:30:20.966379+00', '01a224ec-afa6-769a-bc75-742d3d55f88a', 'school_approved', 'unconfirmed', '10', '2024-09-01-6c2aad11', false, NULL, '31', '38', '110108', '13'),
	('9bce45e8-f31d-42cb-ab4e-796eaaa23a63', 1, '10001', '01a224ec-afb2-7d0d-a555-ddf5fe0443c0', '2026-06-20', '2026-11-29 01:30:20.966379+00', '01a224ec-afa6-7735-a560-bf0fd6dce7e7', 'school_approved', 'unconfirmed', '10', '2024-09-01-6c2aad11', false, NULL, '10', '24', '420106', '13'),
	('62900047-e057-4044-9399-46118ea1fffe', 1, '10002', '01a224ec-b101-7314-8576-abcbb8e5fc3a', '2026-07-25', '2026-11-29 01:30:21.300289+00', '01a224ec-b0f4-752f-b323-7c25ba18ad5b', 'school_approved', 'unconfirmed', '801', '2024-09-01-6c2aad11', false, NULL, NULL, NULL, NULL, NULL),
	('b6f51f60-0fd0-4765-b695-3d564c649c91', 1, '10001', '01a224ec-b1f0-7472-864e-21088b95a086', '2026-07-25', '2026-11-29 01:30:21.543868+00', '01a224ec-b1e7-7e67-b926-2f2f2c8d51da', 'school_approved', 'unconfirmed', '70', '2024-09-01-6c2aad11', false, NULL, NULL, NULL, NULL, NULL),
	('d7a83106-b589-487d-8646-cfa9b10da076', 1, '10002', '01a224ec-b3c7-7bb6-9c5a-4fed19f4fefb', '2026-08-25', '2026-11-29 01:30:22.016967+00', '01a224ec-b3c1-700d-951c-9570ede200e4', 'school_approved', 'unconfirmed', '12', '2024-09-01-6c2aad11', true, NULL, '39', '34', '510107', '13'),
	('1d998fc3-5fd9-4422-8d15-36c5e7506750', 2, '10002', '01a224ec-b596-78d7-b29a-4d6f9640ad23', '2026-11-29', '2026-11-29 01:30:22.465389+00', '01a224ec-a898-706a-bbfe-87f625eaf01b', 'school_approved', 'confirmed', '10', '2024-09-01-6c2aad11', false, NULL, '31', '37', '370102', '13'),
	('7bde86e8-c589-49b0-88f4-34a2f59d24ee', 2, '10002', '01a224ec-b6d8-7f74-8d90-e8f700e50a97', '2026-11-29', '2026-11-29 01:30:22.797712+00', '01a224ec-adea-72c8-ba84-cff9876a303e', 'voided', 'unconfirmed', '10', '2024-09-01-6c2aad11', false, NULL, '22', '22', '310115', '13'),
	('d7a83106-b589-487d-8646-cfa9b10da076', 2, '10002', '01a224ec-b6f7-76c1-bec7-41cffe48f3dc', '2026-11-29', '2026-11-29 01:30:22.819465+00', '01a224ec-b3c1-700d-951c-9570ede200e4', 'voided', 'unconfirmed', '12', '2024-09-01-6c2aad11', true, NULL, '39', '34', '510107', '13'),
	('aad486bd-752b-4763-8cb1-dbb2a13eb0b8', 2, '10002', '01a224ec-b71d-71c5-b690-0215e7d4d0ef', '2026-11-29', '2026-11-29 01:30:22.856428+00', '01a224ec-a898-70fe-8287-db83520beae8', 'voided', 'unconfirmed', '11', '2024-09-01-6c2aad11', false, NULL, '10', '35', '440305', '13'),
	('62900047-e057-4044-9399-46118ea1fffe', 2, '10002', '01a224ec-b7cc-7984-b580-76ade750ba03', '2026-11-29', '2026-11-29 01:30:23.040773+00', '01a224ec-b0f4-752f-b323-7c25ba18ad5b', 'voided', 'unconfirmed', '801', '2024-09-01-6c2aad11', false, NULL, NULL, NULL, NULL, NULL),
	('1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', 1, '10001', '01a224ec-b7ed-7430-ba2d-b6cf0ad0016c', '2026-08-25', '2026-11-29 01:30:23.05929+00', '01a224ec-b7d3-756c-b4db-57fd9eb25571', 'school_approved', 'unconfirmed', '70', '2024-09-01-6c2aad11', false, NULL, NULL, NULL, NULL, NULL),
	('a0238b07-da83-4c88-8bb1-ab60f51f81ce', 2, '10002', '01a224ec-b867-770e-8581-64b9ae267a7c', '2026-11-29', '2026-11-29 01:30:23.200404+00', '01a224ec-a48f-74e7-9f63-5091ff8aba47', 'voided', 'unconfirmed', '11', '2024-09-01-6c2aad11', false, NULL, '31', '42', '510107', '13'),
	('1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', 2, '10001', '01a224ec-b942-7f2c-9f1b-f9c2fb693f77', '2026-11-29', '2026-11-29 01:30:23.418702+00', '01a224ec-b7d3-756c-b4db-57fd9eb25571', 'school_approved', 'unconfirmed', '11', '2024-09-01-6c2aad11', false, NULL, '39', '22', '410102', '13'),
	('b6f51f60-0fd0-4765-b695-3d564c649c91', 2, '10001', '01a224ec-b947-72e4-a21e-f5c9ec4a427b', '2026-11-29', '2026-11-29 01:30:23.419102+00', '01a224ec-b1e7-7e67-b926-2f2f2c8d51da', 'school_approved', 'unconfirmed', '11', '2024-09-01-6c2aad11', false, NULL, '39', '22', '410102', '13'),
	('737b083e-4f5a-4a57-9273-56bc07743b03', 2, '10001', '01a224ec-b94b-7304-9773-84a8399faa2c', '2026-11-29', '2026-11-29 01:30:23.428892+00', '01a224ec-ab41-7539-8501-be4e36edf162', 'school_approved', 'confirmed', '10', '2024-09-01-6c2aad11', false, NULL, '39', '31', '410102', '13'),
	('dd367f96-0431-46d5-9151-b19a4379b25d', 2, '10001', '01a224ec-b97b-70dc-8613-41c94fd37fd8', '2026-11-29', '2026-11-29 01:30:23.459946+00', '01a224ec-ab41-7610-b10f-4cc439d15784', 'school_approved', 'confirmed', '801', '2024-09-01-6c2aad11', false, NULL, NULL, NULL, NULL, NULL),
	('0342a92b-3315-4de0-bc08-7ba980284aaf', 2, '10001', '01a224ec-ba1c-7dc8-a116-be74de96b239', '2026-11-29', '2026-11-29 01:30:23.631933+00', '01a224ec-a68e-7216-ae98-1ff8d32dc298', 'voided', 'unconfirmed', '11', '2024-09-01-6c2aad11', false, NULL, '39', '37', '330106', '13'),
	('2f30faa0-8617-4517-9913-c1914a7f5d91', 2, '10001', '01a224ec-ba21-751c-84bb-cc446dd5ea99', '2026-11-29', '2026-11-29 01:30:23.648268+00', '01a224ec-afa6-769a-bc75-742d3d55f88a', 'voided', 'unconfirmed', '10', '2024-09-01-6c2aad11', false, NULL, '31', '38', '110108', '13'),
	('cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', 2, '10001', '01a224ec-ba25-72dc-b76e-ee9d80aa6513', '2026-11-29', '2026-11-29 01:30:23.651517+00', '01a224ec-ab41-75f3-ac70-788bec8a215b', 'voided', 'unconfirmed', '85', '2024-09-01-6c2aad11', false, NULL, NULL, NULL, NULL, NULL),
	('82587726-11de-4e7e-a198-f730c907c3e5', 2, '10001', '01a224ec-bb06-7d96-a6e2-c8d3470644cc', '2026-11-29', '2026-11-29 01:30:23.868349+00', '01a224ec-ab41-75cc-a843-36ae5baea6e2', 'voided', 'unconfirmed', '71', '2024-09-01-6c2aad11', false, NULL, NULL, NULL, NULL, NULL),
	('9bce45e8-f31d-42cb-ab4e-796eaaa23a63', 2, '10001', '01a224ec-bb5b-7739-b12f-9b967a263319', '2026-11-29', '2026-11-29 01:30:23.958733+00', '01a224ec-afa6-7735-a560-bf0fd6dce7e7', 'voided', 'unconfirmed', '10', '2024-09-01-6c2aad11', false, NULL, '10', '24', '420106', '13');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES
	(1, '01a224ec-a18b-798e-9036-2839ec753cbd', 'quxiang.indicators.rate.v1', '10002', 1, 'quxiang.rate.moved', '10002', NULL, '2026-11-29 01:30:17.352073+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "E01", "dimension": "college"}, {"value": "E03", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "040106", "dimension": "major"}, {"value": "040107", "dimension": "major"}, {"value": "070101", "dimension": "major"}, {"value": "110000", "dimension": "origin_province"}, {"value": "130000", "dimension": "origin_province"}, {"value": "370000", "dimension": "origin_province"}, {"value": "410000", "dimension": "origin_province"}, {"value": "510000", "dimension": "origin_province"}, {"value": "610000", "dimension": "origin_province"}, {"value": "1", "dimension": "sex"}, {"value": "2", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:17.352073Z", "school_code": "10002", "changed_fields": []}', 'd9c4437aec3a41f6b7772032c1158bbc', NULL, 1),
	(2, '01a224ec-a58d-79b0-a3f6-a565d4f6f67d', 'quxiang.indicators.rate.v1', '10001', 1, 'quxiang.rate.moved', '10001', NULL, '2026-11-29 01:30:18.380141+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "C02", "dimension": "college"}, {"value": "C03", "dimension": "college"}, {"value": "C04", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "080202", "dimension": "major"}, {"value": "081001", "dimension": "major"}, {"value": "120203", "dimension": "major"}, {"value": "130000", "dimension": "origin_province"}, {"value": "340000", "dimension": "origin_province"}, {"value": "370000", "dimension": "origin_province"}, {"value": "410000", "dimension": "origin_province"}, {"value": "610000", "dimension": "origin_province"}, {"value": "1", "dimension": "sex"}, {"value": "2", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:18.380141Z", "school_code": "10001", "changed_fields": []}', 'd0d03fcf882c42bda91fd078966abfc8', NULL, 2),
	(3, '01a224ec-a594-7778-99d6-d039ca9f6191', 'quxiang.indicators.rate.v1', '10002', 2, 'quxiang.rate.moved', '10002', NULL, '2026-11-29 01:30:18.385286+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "E01", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "040107", "dimension": "major"}, {"value": "510000", "dimension": "origin_province"}, {"value": "1", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:18.385286Z", "school_code": "10002", "changed_fields": []}', 'd0d03fcf882c42bda91fd078966abfc8', NULL, 3),
	(4, '01a224ec-a98a-71bd-8ac8-c9a9d3cdb1b2', 'quxiang.indicators.rate.v1', '10001', 2, 'quxiang.rate.moved', '10001', NULL, '2026-11-29 01:30:19.401375+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "C02", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "080202", "dimension": "major"}, {"value": "610000", "dimension": "origin_province"}, {"value": "2", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:19.401375Z", "school_code": "10001", "changed_fields": []}', '894863572d664533b651070981874d74', NULL, 4),
	(11, '01a224ec-b9c9-70e2-a2b6-2c376f9619cb', 'quxiang.indicators.rate.v1', '10001', 6, 'quxiang.rate.moved', '10001', NULL, '2026-11-29 01:30:23.554244+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "C04", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "120203", "dimension": "major"}, {"value": "340000", "dimension": "origin_province"}, {"value": "2", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:23.554244Z", "school_code": "10001", "changed_fields": []}', 'd62be79fd06648abb72cc0618a986bf6', NULL, 11),
	(12, '01a224ec-b9f5-716a-b930-acf1ec616e97', 'quxiang.indicators.rate.v1', '10002', 6, 'quxiang.rate.moved', '10002', NULL, '2026-11-29 01:30:23.578033+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "E01", "dimension": "college"}, {"value": "E03", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "040106", "dimension": "major"}, {"value": "040107", "dimension": "major"}, {"value": "070101", "dimension": "major"}, {"value": "130000", "dimension": "origin_province"}, {"value": "370000", "dimension": "origin_province"}, {"value": "410000", "dimension": "origin_province"}, {"value": "510000", "dimension": "origin_province"}, {"value": "610000", "dimension": "origin_province"}, {"value": "1", "dimension": "sex"}, {"value": "2", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:23.578033Z", "school_code": "10002", "changed_fields": []}', 'd62be79fd06648abb72cc0618a986bf6', NULL, 12),
	(5, '01a224ec-a98b-7467-8812-64199f3fd533', 'quxiang.indicators.rate.v1', '10002', 3, 'quxiang.rate.moved', '10002', NULL, '2026-11-29 01:30:19.402698+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "E01", "dimension": "college"}, {"value": "E03", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "040107", "dimension": "major"}, {"value": "070101", "dimension": "major"}, {"value": "110000", "dimension": "origin_province"}, {"value": "370000", "dimension": "origin_province"}, {"value": "2", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:19.402698Z", "school_code": "10002", "changed_fields": []}', '894863572d664533b651070981874d74', NULL, 5),
	(6, '01a224ec-ad8c-7a22-baca-953d200d9b61', 'quxiang.indicators.rate.v1', '10001', 3, 'quxiang.rate.moved', '10001', NULL, '2026-11-29 01:30:20.418775+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "C02", "dimension": "college"}, {"value": "C04", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "080202", "dimension": "major"}, {"value": "120203", "dimension": "major"}, {"value": "370000", "dimension": "origin_province"}, {"value": "410000", "dimension": "origin_province"}, {"value": "610000", "dimension": "origin_province"}, {"value": "1", "dimension": "sex"}, {"value": "2", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:20.418775Z", "school_code": "10001", "changed_fields": []}', '988048ad8bbb45a6a05bec9561fd6cfd', NULL, 6),
	(7, '01a224ec-b190-7f14-9b8b-e616b421710b', 'quxiang.indicators.rate.v1', '10001', 4, 'quxiang.rate.moved', '10001', NULL, '2026-11-29 01:30:21.447179+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "C02", "dimension": "college"}, {"value": "C04", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "080202", "dimension": "major"}, {"value": "120203", "dimension": "major"}, {"value": "130000", "dimension": "origin_province"}, {"value": "410000", "dimension": "origin_province"}, {"value": "1", "dimension": "sex"}, {"value": "2", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:21.447179Z", "school_code": "10001", "changed_fields": []}', '29a7ebf860bd4ce09a4827a10d4b1e7b', NULL, 7),
	(8, '01a224ec-b1a1-7849-9265-521fffe8ce0e', 'quxiang.indicators.rate.v1', '10002', 4, 'quxiang.rate.moved', '10002', NULL, '2026-11-29 01:30:21.469502+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "E01", "dimension": "college"}, {"value": "E03", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "040106", "dimension": "major"}, {"value": "070101", "dimension": "major"}, {"value": "130000", "dimension": "origin_province"}, {"value": "410000", "dimension": "origin_province"}, {"value": "1", "dimension": "sex"}, {"value": "2", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:21.469502Z", "school_code": "10002", "changed_fields": []}', '29a7ebf860bd4ce09a4827a10d4b1e7b', NULL, 8),
	(9, '01a224ec-b5a0-7d3d-b3f4-1d97b87d7711', 'quxiang.indicators.rate.v1', '10001', 5, 'quxiang.rate.moved', '10001', NULL, '2026-11-29 01:30:22.490983+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "C03", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "081001", "dimension": "major"}, {"value": "410000", "dimension": "origin_province"}, {"value": "1", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:22.490983Z", "school_code": "10001", "changed_fields": []}', '314f722ed14c4c5082beb4ed44691291', NULL, 9),
	(10, '01a224ec-b5b0-7a3d-ac04-9301a9036317', 'quxiang.indicators.rate.v1', '10002', 5, 'quxiang.rate.moved', '10002', NULL, '2026-11-29 01:30:22.506941+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "E01", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "040106", "dimension": "major"}, {"value": "610000", "dimension": "origin_province"}, {"value": "1", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:22.506941Z", "school_code": "10002", "changed_fields": []}', '314f722ed14c4c5082beb4ed44691291', NULL, 10),
	(13, '01a224ec-be57-767d-858b-598a6acfcf6d', 'quxiang.indicators.rate.v1', '10001', 7, 'quxiang.rate.moved', '10001', NULL, '2026-11-29 01:30:24.708557+00', '{"cohort": 2026, "groups": [{"value": null, "dimension": "class"}, {"value": "C02", "dimension": "college"}, {"value": "C03", "dimension": "college"}, {"value": "C04", "dimension": "college"}, {"value": "bachelor", "dimension": "education_level"}, {"value": "31", "dimension": "education_level_code"}, {"value": "080202", "dimension": "major"}, {"value": "081001", "dimension": "major"}, {"value": "120203", "dimension": "major"}, {"value": "130000", "dimension": "origin_province"}, {"value": "340000", "dimension": "origin_province"}, {"value": "370000", "dimension": "origin_province"}, {"value": "410000", "dimension": "origin_province"}, {"value": "610000", "dimension": "origin_province"}, {"value": "1", "dimension": "sex"}, {"value": "2", "dimension": "sex"}, {"value": null, "dimension": "total"}], "decided_on": null, "recorded_at": "2026-11-29T01:30:24.708557Z", "school_code": "10001", "changed_fields": []}', '8a584d3e20874dbe9f063435e32b9929', NULL, 13);
INSERT INTO public.rate_streams VALUES
	('10002', 6),
	('10001', 7);
INSERT INTO public.relay_state VALUES
	(1, 13, 13);
INSERT INTO public.response_versions VALUES
	('1d998fc3-5fd9-4422-8d15-36c5e7506750', 1, '10002', 2026, 0, '01a224ec-b9ed-7773-9542-eb00289df7c3', '01a224ec-b9fe-7984-ba96-88ecbc596876', '2026-11-29 01:30:23.614263+00', 'requested'),
	('62900047-e057-4044-9399-46118ea1fffe', 1, '10002', 2026, 0, '01a224ec-b9ed-7773-9542-eb00289df7c3', '01a224ec-b9ff-707a-93cf-79ba09394b4c', '2026-11-29 01:30:23.614263+00', 'requested'),
	('7bde86e8-c589-49b0-88f4-34a2f59d24ee', 1, '10002', 2026, 0, '01a224ec-b9ed-7773-9542-eb00289df7c3', '01a224ec-b9ff-70e0-9115-d38b23523178', '2026-11-29 01:30:23.614263+00', 'requested'),
	('a0238b07-da83-4c88-8bb1-ab60f51f81ce', 1, '10002', 2026, 0, '01a224ec-b9ed-7773-9542-eb00289df7c3', '01a224ec-b9ff-7122-aef4-614d55da9420', '2026-11-29 01:30:23.614263+00', 'requested'),
	('aad486bd-752b-4763-8cb1-dbb2a13eb0b8', 1, '10002', 2026, 0, '01a224ec-b9ed-7773-9542-eb00289df7c3', '01a224ec-b9ff-714d-bdb5-520dcfc3095c', '2026-11-29 01:30:23.614263+00', 'requested'),
	('d7a83106-b589-487d-8646-cfa9b10da076', 1, '10002', 2026, 0, '01a224ec-b9ed-7773-9542-eb00289df7c3', '01a224ec-b9ff-7173-99ff-a5dbac94821d', '2026-11-29 01:30:23.614263+00', 'requested'),
	('0342a92b-3315-4de0-bc08-7ba980284aaf', 1, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-bc87-7d1c-a3a1-40536795ffee', '2026-11-29 01:30:24.263356+00', 'requested'),
	('1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', 1, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-bc88-7226-a216-fac8cf52a02b', '2026-11-29 01:30:24.263356+00', 'requested'),
	('2f30faa0-8617-4517-9913-c1914a7f5d91', 1, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-bc88-72cc-9b11-d9bda7194ff2', '2026-11-29 01:30:24.263356+00', 'requested'),
	('737b083e-4f5a-4a57-9273-56bc07743b03', 1, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-bc88-732c-be53-39fe1187ef76', '2026-11-29 01:30:24.263356+00', 'requested'),
	('82587726-11de-4e7e-a198-f730c907c3e5', 1, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-bc88-737e-8c29-dfcb47ae905c', '2026-11-29 01:30:24.263356+00', 'requested'),
	('9bce45e8-f31d-42cb-ab4e-796eaaa23a63', 1, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-bc88-73ce-8a98-e07d09e3a4d7', '2026-11-29 01:30:24.263356+00', 'requested'),
	('b6f51f60-0fd0-4765-b695-3d564c649c91', 1, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-bc88-742e-aa7f-08b79e064aa1', '2026-11-29 01:30:24.263356+00', 'requested'),
	('cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', 1, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-bc88-749a-9d48-6065481ee04c', '2026-11-29 01:30:24.263356+00', 'requested'),
	('dd367f96-0431-46d5-9151-b19a4379b25d', 1, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-bc88-74e2-8c4d-c775b9cd350a', '2026-11-29 01:30:24.263356+00', 'requested'),
	('7bde86e8-c589-49b0-88f4-34a2f59d24ee', 2, '10002', 2026, 0, '01a224ec-b9ed-7773-9542-eb00289df7c3', '01a224ec-bf01-7a76-92f5-f3425dba14c9', '2026-11-29 01:30:24.852763+00', 'submitted'),
	('1d998fc3-5fd9-4422-8d15-36c5e7506750', 2, '10002', 2026, 0, '01a224ec-b9ed-7773-9542-eb00289df7c3', '01a224ec-bf02-7724-aeaa-bc23a41c1691', '2026-11-29 01:30:24.851581+00', 'submitted'),
	('d7a83106-b589-487d-8646-cfa9b10da076', 2, '10002', 2026, 0, '01a224ec-b9ed-7773-9542-eb00289df7c3', '01a224ec-c02a-79a1-ae1d-ad539cd11e50', '2026-11-29 01:30:25.101407+00', 'submitted'),
	('62900047-e057-4044-9399-46118ea1fffe', 2, '10002', 2026, 0, '01a224ec-b9ed-7773-9542-eb00289df7c3', '01a224ec-c06c-78aa-bec4-5b8918f125df', '2026-11-29 01:30:25.235202+00', 'submitted'),
	('aad486bd-752b-4763-8cb1-dbb2a13eb0b8', 2, '10002', 2026, 0, '01a224ec-b9ed-7773-9542-eb00289df7c3', '01a224ec-c419-74bb-8c4b-48529c1349c3', '2026-11-29 01:30:26.169651+00', 'submitted'),
	('82587726-11de-4e7e-a198-f730c907c3e5', 2, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-c41c-7996-a54b-07032d36a923', '2026-11-29 01:30:26.182186+00', 'submitted'),
	('a0238b07-da83-4c88-8bb1-ab60f51f81ce', 2, '10002', 2026, 0, '01a224ec-b9ed-7773-9542-eb00289df7c3', '01a224ec-c440-7d2d-8582-9e505a13acdd', '2026-11-29 01:30:26.193013+00', 'submitted'),
	('b6f51f60-0fd0-4765-b695-3d564c649c91', 2, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-c420-7f3d-8246-5cf232f3129c', '2026-11-29 01:30:26.181014+00', 'submitted'),
	('cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', 2, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-c4f6-76e4-aceb-0dd7aeb0eeef', '2026-11-29 01:30:26.281421+00', 'submitted'),
	('9bce45e8-f31d-42cb-ab4e-796eaaa23a63', 2, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-c5b2-70e9-bd4b-1424e9bc4576', '2026-11-29 01:30:26.501395+00', 'submitted'),
	('dd367f96-0431-46d5-9151-b19a4379b25d', 2, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-c918-73cd-9505-1884c3820959', '2026-11-29 01:30:27.475608+00', 'submitted'),
	('1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', 2, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-c922-75e0-b10c-f59b45e09294', '2026-11-29 01:30:27.48742+00', 'submitted'),
	('2f30faa0-8617-4517-9913-c1914a7f5d91', 2, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-c9a8-748f-8066-ef77369c68de', '2026-11-29 01:30:27.62089+00', 'submitted'),
	('737b083e-4f5a-4a57-9273-56bc07743b03', 2, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-c9d8-7f10-a09b-40593cc94781', '2026-11-29 01:30:27.657185+00', 'submitted'),
	('0342a92b-3315-4de0-bc08-7ba980284aaf', 2, '10001', 2026, 0, '01a224ec-bc5d-7e9f-81e7-0ebf8a4b6b01', '01a224ec-ca43-7878-b39d-5f4dcc981ccc', '2026-11-29 01:30:27.76913+00', 'submitted'),
	('0342a92b-3315-4de0-bc08-7ba980284aaf', 3, '10001', 2026, 1, '01a224ee-868c-742e-998a-cba176644a20', '01a224ee-86a6-72f6-8fb0-1f60cdf0ecda', '2026-11-29 01:32:21.541782+00', 'requested'),
	('1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', 3, '10001', 2026, 1, '01a224ee-868c-742e-998a-cba176644a20', '01a224ee-86a6-772a-a856-b509fff59364', '2026-11-29 01:32:21.541782+00', 'requested'),
	('2f30faa0-8617-4517-9913-c1914a7f5d91', 3, '10001', 2026, 1, '01a224ee-868c-742e-998a-cba176644a20', '01a224ee-86a6-77b8-b6bc-35df2f7fcfab', '2026-11-29 01:32:21.541782+00', 'requested'),
	('737b083e-4f5a-4a57-9273-56bc07743b03', 3, '10001', 2026, 1, '01a224ee-868c-742e-998a-cba176644a20', '01a224ee-86a6-780c-a993-c8a34f4db319', '2026-11-29 01:32:21.541782+00', 'requested'),
	('82587726-11de-4e7e-a198-f730c907c3e5', 3, '10001', 2026, 1, '01a224ee-868c-742e-998a-cba176644a20', '01a224ee-86a6-7856-922c-ddf8a878356e', '2026-11-29 01:32:21.541782+00', 'requested'),
	('9bce45e8-f31d-42cb-ab4e-796eaaa23a63', 3, '10001', 2026, 1, '01a224ee-868c-742e-998a-cba176644a20', '01a224ee-86ae-7abf-866b-f0187af071ff', '2026-11-29 01:32:21.541782+00', 'requested'),
	('b6f51f60-0fd0-4765-b695-3d564c649c91', 3, '10001', 2026, 1, '01a224ee-868c-742e-998a-cba176644a20', '01a224ee-86ae-7b7f-b66d-fc907545a52e', '2026-11-29 01:32:21.541782+00', 'requested'),
	('cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', 3, '10001', 2026, 1, '01a224ee-868c-742e-998a-cba176644a20', '01a224ee-86ae-7bc8-aaf9-f00e65a7db9b', '2026-11-29 01:32:21.541782+00', 'requested'),
	('dd367f96-0431-46d5-9151-b19a4379b25d', 3, '10001', 2026, 1, '01a224ee-868c-742e-998a-cba176644a20', '01a224ee-86ae-7c18-8b15-797475e5e556', '2026-11-29 01:32:21.541782+00', 'requested');
INSERT INTO public.roster_versions VALUES
	('a0238b07-da83-4c88-8bb1-ab60f51f81ce', 1, '10002', 2026, '01a224ec-9e3b-74e1-80f5-35d85a466ba9', '2025-09-01', '2026-11-29 01:30:16.456303+00', 'registered', 'E01', '040107', NULL, '31', '1', '510107', '01', '0', '1', '2', NULL),
	('1d998fc3-5fd9-4422-8d15-36c5e7506750', 1, '10002', 2026, '01a224ec-9e3b-7734-8167-0159a9249d4e', '2025-09-01', '2026-11-29 01:30:16.456367+00', 'registered', 'E01', '040107', NULL, '31', '2', '110101', '01', '0', '1', '2', NULL),
	('d7a83106-b589-487d-8646-cfa9b10da076', 1, '10002', 2026, '01a224ec-9e3b-77b2-9285-f20c0a808c5c', '2025-09-01', '2026-11-29 01:30:16.456377+00', 'registered', 'E01', '040106', NULL, '31', '1', '610113', '01', '0', '1', '2', NULL),
	('aad486bd-752b-4763-8cb1-dbb2a13eb0b8', 1, '10002', 2026, '01a224ec-9e3b-7805-b1d0-0d0502dee4a2', '2025-09-01', '2026-11-29 01:30:16.456384+00', 'registered', 'E03', '070101', NULL, '31', '2', '370102', '01', '0', '1', '2', NULL),
	('62900047-e057-4044-9399-46118ea1fffe', 1, '10002', 2026, '01a224ec-9e3b-7d1d-91ff-0aa7fa3301cc', '2025-09-01', '2026-11-29 01:30:16.45639+00', 'registered', 'E03', '070101', NULL, '31', '1', '410302', '01', '0', '1', '2', NULL),
	('7bde86e8-c589-49b0-88f4-34a2f59d24ee', 1, '10002', 2026, '01a224ec-9e3b-7d8f-b5e5-3965cf5ff576', '2025-09-01', '2026-11-29 01:30:16.456396+00', 'registered', 'E01', '040106', NULL, '31', '2', '130102', '01', '0', '1', '2', NULL),
	('2f30faa0-8617-4517-9913-c1914a7f5d91', 1, '10001', 2026, '01a224ec-a1f1-7739-a708-9f799626b5bc', '2025-09-01', '2026-11-29 01:30:17.399027+00', 'registered', 'C04', '120203', NULL, '31', '1', '410102', '01', '0', '1', '2', NULL),
	('0342a92b-3315-4de0-bc08-7ba980284aaf', 1, '10001', 2026, '01a224ec-a1f1-7840-9f70-1f2b79fee962', '2025-09-01', '2026-11-29 01:30:17.399081+00', 'registered', 'C02', '080202', NULL, '31', '2', '610113', '01', '0', '1', '2', NULL),
	('737b083e-4f5a-4a57-9273-56bc07743b03', 1, '10001', 2026, '01a224ec-a1f1-7881-9880-421e119ca635', '2025-09-01', '2026-11-29 01:30:17.399091+00', 'registered', 'C02', '080202', NULL, '31', '1', '410102', '01', '0', '1', '2', NULL),
	('9bce45e8-f31d-42cb-ab4e-796eaaa23a63', 1, '10001', 2026, '01a224ec-a1f1-79ab-9182-dcf57bca3209', '2025-09-01', '2026-11-29 01:30:17.399097+00', 'registered', 'C02', '080202', NULL, '31', '2', '130102', '01', '0', '1', '2', NULL),
	('cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', 1, '10001', 2026, '01a224ec-a1f1-79ef-9164-52c124ec23da', '2025-09-01', '2026-11-29 01:30:17.399102+00', 'registered', 'C02', '080202', NULL, '31', '1', '370102', '01', '0', '1', '2', NULL),
	('dd367f96-0431-46d5-9151-b19a4379b25d', 1, '10001', 2026, '01a224ec-a1f1-7a1b-8be7-0b3cc5908eb8', '2025-09-01', '2026-11-29 01:30:17.399108+00', 'registered', 'C02', '080202', NULL, '31', '2', '610113', '01', '0', '1', '2', NULL),
	('82587726-11de-4e7e-a198-f730c907c3e5', 1, '10001', 2026, '01a224ec-a1f1-7a44-91d0-d553329615b7', '2025-09-01', '2026-11-29 01:30:17.399113+00', 'registered', 'C04', '120203', NULL, '31', '1', '610113', '01', '0', '1', '2', NULL),
	('1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', 1, '10001', 2026, '01a224ec-a1f1-7a75-8bdf-760a0e98d68e', '2025-09-01', '2026-11-29 01:30:17.399118+00', 'registered', 'C04', '120203', NULL, '31', '2', '340102', '01', '0', '1', '2', NULL),
	('b6f51f60-0fd0-4765-b695-3d564c649c91', 1, '10001', 2026, '01a224ec-a1f1-7a9f-9501-e8e3362d2bbe', '2025-09-01', '2026-11-29 01:30:17.399123+00', 'registered', 'C03', '081001', NULL, '31', '1', '410302', '01', '0', '1', '2', NULL);
INSERT INTO public.spans VALUES
	('10002', 'a0238b07-da83-4c88-8bb1-ab60f51f81ce', '2025-09-01', '2026-03-20', 2026, 'E01', '040107', NULL, '31', '1', '510000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', '0342a92b-3315-4de0-bc08-7ba980284aaf', '2025-09-01', '2025-11-20', 2026, 'C02', '080202', NULL, '31', '2', '610000', NULL, false, NULL, NULL, NULL, NULL),
	('10002', '1d998fc3-5fd9-4422-8d15-36c5e7506750', '2025-09-01', '2026-05-10', 2026, 'E01', '040107', NULL, '31', '2', '110000', NULL, false, NULL, NULL, NULL, NULL),
	('10002', '1d998fc3-5fd9-4422-8d15-36c5e7506750', '2026-05-10', 'infinity', 2026, 'E01', '040107', NULL, '31', '2', '110000', '10', false, '31', '37', '370102', '13'),
	('10002', 'aad486bd-752b-4763-8cb1-dbb2a13eb0b8', '2025-09-01', '2026-05-10', 2026, 'E03', '070101', NULL, '31', '2', '370000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', '737b083e-4f5a-4a57-9273-56bc07743b03', '2025-09-01', '2026-03-20', 2026, 'C02', '080202', NULL, '31', '1', '410000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', '737b083e-4f5a-4a57-9273-56bc07743b03', '2026-03-20', 'infinity', 2026, 'C02', '080202', NULL, '31', '1', '410000', '10', false, '39', '31', '410102', '13'),
	('10001', '82587726-11de-4e7e-a198-f730c907c3e5', '2025-09-01', '2026-03-20', 2026, 'C04', '120203', NULL, '31', '1', '610000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', 'cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', '2025-09-01', '2026-03-20', 2026, 'C02', '080202', NULL, '31', '1', '370000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', 'dd367f96-0431-46d5-9151-b19a4379b25d', '2025-09-01', '2026-03-20', 2026, 'C02', '080202', NULL, '31', '2', '610000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', 'dd367f96-0431-46d5-9151-b19a4379b25d', '2026-03-20', 'infinity', 2026, 'C02', '080202', NULL, '31', '2', '610000', '801', false, NULL, NULL, NULL, NULL),
	('10002', '7bde86e8-c589-49b0-88f4-34a2f59d24ee', '2025-09-01', '2026-06-20', 2026, 'E01', '040106', NULL, '31', '2', '130000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', '2f30faa0-8617-4517-9913-c1914a7f5d91', '2025-09-01', '2026-06-20', 2026, 'C04', '120203', NULL, '31', '1', '410000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', '9bce45e8-f31d-42cb-ab4e-796eaaa23a63', '2025-09-01', '2026-06-20', 2026, 'C02', '080202', NULL, '31', '2', '130000', NULL, false, NULL, NULL, NULL, NULL),
	('10002', '62900047-e057-4044-9399-46118ea1fffe', '2025-09-01', '2026-07-25', 2026, 'E03', '070101', NULL, '31', '1', '410000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', 'b6f51f60-0fd0-4765-b695-3d564c649c91', '2025-09-01', '2026-07-25', 2026, 'C03', '081001', NULL, '31', '1', '410000', NULL, false, NULL, NULL, NULL, NULL),
	('10002', 'd7a83106-b589-487d-8646-cfa9b10da076', '2025-09-01', '2026-08-25', 2026, 'E01', '040106', NULL, '31', '1', '610000', NULL, false, NULL, NULL, NULL, NULL),
	('10002', '7bde86e8-c589-49b0-88f4-34a2f59d24ee', '2026-06-20', '2026-11-29', 2026, 'E01', '040106', NULL, '31', '2', '130000', '10', false, '22', '22', '310115', '13'),
	('10002', '7bde86e8-c589-49b0-88f4-34a2f59d24ee', '2026-11-29', 'infinity', 2026, 'E01', '040106', NULL, '31', '2', '130000', NULL, false, NULL, NULL, NULL, NULL),
	('10002', 'aad486bd-752b-4763-8cb1-dbb2a13eb0b8', '2026-05-10', '2026-11-29', 2026, 'E03', '070101', NULL, '31', '2', '370000', '11', false, '10', '35', '440305', '13'),
	('10002', 'aad486bd-752b-4763-8cb1-dbb2a13eb0b8', '2026-11-29', 'infinity', 2026, 'E03', '070101', NULL, '31', '2', '370000', NULL, false, NULL, NULL, NULL, NULL),
	('10002', 'd7a83106-b589-487d-8646-cfa9b10da076', '2026-08-25', '2026-11-29', 2026, 'E01', '040106', NULL, '31', '1', '610000', '12', true, '39', '34', '510107', '13'),
	('10002', 'd7a83106-b589-487d-8646-cfa9b10da076', '2026-11-29', 'infinity', 2026, 'E01', '040106', NULL, '31', '1', '610000', NULL, false, NULL, NULL, NULL, NULL),
	('10002', '62900047-e057-4044-9399-46118ea1fffe', '2026-07-25', '2026-11-29', 2026, 'E03', '070101', NULL, '31', '1', '410000', '801', false, NULL, NULL, NULL, NULL),
	('10002', '62900047-e057-4044-9399-46118ea1fffe', '2026-11-29', 'infinity', 2026, 'E03', '070101', NULL, '31', '1', '410000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', '1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', '2025-09-01', '2026-08-25', 2026, 'C04', '120203', NULL, '31', '2', '340000', NULL, false, NULL, NULL, NULL, NULL),
	('10002', 'a0238b07-da83-4c88-8bb1-ab60f51f81ce', '2026-03-20', '2026-11-29', 2026, 'E01', '040107', NULL, '31', '1', '510000', '11', false, '31', '42', '510107', '13'),
	('10002', 'a0238b07-da83-4c88-8bb1-ab60f51f81ce', '2026-11-29', 'infinity', 2026, 'E01', '040107', NULL, '31', '1', '510000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', '1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', '2026-08-25', '2026-11-29', 2026, 'C04', '120203', NULL, '31', '2', '340000', '70', false, NULL, NULL, NULL, NULL),
	('10001', '1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', '2026-11-29', 'infinity', 2026, 'C04', '120203', NULL, '31', '2', '340000', '11', false, '39', '22', '410102', '13'),
	('10001', 'b6f51f60-0fd0-4765-b695-3d564c649c91', '2026-07-25', '2026-11-29', 2026, 'C03', '081001', NULL, '31', '1', '410000', '70', false, NULL, NULL, NULL, NULL),
	('10001', 'b6f51f60-0fd0-4765-b695-3d564c649c91', '2026-11-29', 'infinity', 2026, 'C03', '081001', NULL, '31', '1', '410000', '11', false, '39', '22', '410102', '13'),
	('10001', '0342a92b-3315-4de0-bc08-7ba980284aaf', '2025-11-20', '2026-11-29', 2026, 'C02', '080202', NULL, '31', '2', '610000', '11', false, '39', '37', '330106', '13'),
	('10001', '0342a92b-3315-4de0-bc08-7ba980284aaf', '2026-11-29', 'infinity', 2026, 'C02', '080202', NULL, '31', '2', '610000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', '2f30faa0-8617-4517-9913-c1914a7f5d91', '2026-06-20', '2026-11-29', 2026, 'C04', '120203', NULL, '31', '1', '410000', '10', false, '31', '38', '110108', '13'),
	('10001', 'cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', '2026-03-20', '2026-11-29', 2026, 'C02', '080202', NULL, '31', '1', '370000', '85', false, NULL, NULL, NULL, NULL),
	('10001', '82587726-11de-4e7e-a198-f730c907c3e5', '2026-03-20', '2026-11-29', 2026, 'C04', '120203', NULL, '31', '1', '610000', '71', false, NULL, NULL, NULL, NULL),
	('10001', '9bce45e8-f31d-42cb-ab4e-796eaaa23a63', '2026-06-20', '2026-11-29', 2026, 'C02', '080202', NULL, '31', '2', '130000', '10', false, '10', '24', '420106', '13'),
	('10001', '2f30faa0-8617-4517-9913-c1914a7f5d91', '2026-11-29', 'infinity', 2026, 'C04', '120203', NULL, '31', '1', '410000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', '82587726-11de-4e7e-a198-f730c907c3e5', '2026-11-29', 'infinity', 2026, 'C04', '120203', NULL, '31', '1', '610000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', '9bce45e8-f31d-42cb-ab4e-796eaaa23a63', '2026-11-29', 'infinity', 2026, 'C02', '080202', NULL, '31', '2', '130000', NULL, false, NULL, NULL, NULL, NULL),
	('10001', 'cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', '2026-11-29', 'infinity', 2026, 'C02', '080202', NULL, '31', '1', '370000', NULL, false, NULL, NULL, NULL, NULL);
INSERT INTO public.units VALUES
	('10001', 'school', '10001', 1, '示例理工大学', 'Example University of Technology', '410000', NULL, NULL, 'active'),
	('10002', 'school', '10002', 1, '示例师范学院', 'Example Normal College', '210000', NULL, NULL, 'active'),
	('10002', 'college', 'E01', 2, '教育学院', NULL, NULL, NULL, NULL, 'active'),
	('10002', 'college', 'E03', 3, '数学学院', NULL, NULL, NULL, NULL, 'active'),
	('10002', 'major', '040106', 5, '学前教育', NULL, NULL, 'E01', NULL, 'active'),
	('10002', 'major', '040107', 4, '小学教育', NULL, NULL, 'E01', NULL, 'active'),
	('10002', 'major', '070101', 6, '数学与应用数学', NULL, NULL, 'E03', NULL, 'active'),
	('10001', 'college', 'C02', 3, '机械工程学院', NULL, NULL, NULL, NULL, 'active'),
	('10001', 'college', 'C03', 4, '土木工程学院', NULL, NULL, NULL, NULL, 'active'),
	('10001', 'college', 'C04', 2, '商学院', NULL, NULL, NULL, NULL, 'active'),
	('10001', 'major', '080202', 6, '机械设计制造及其自动化', NULL, NULL, 'C02', NULL, 'active'),
	('10001', 'major', '081001', 7, '土木工程', NULL, NULL, 'C03', NULL, 'active'),
	('10001', 'major', '120203', 5, '会计学', NULL, NULL, 'C04', NULL, 'active'),
	('10001', 'class', 'K01', 8, '1班', NULL, NULL, NULL, '080202', 'active');
SELECT pg_catalog.setval('public.moved_groups_id_seq', 192, true);
SELECT pg_catalog.setval('public.outbox_id_seq', 13, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.applied_partitions
    ADD CONSTRAINT pk_applied_partitions PRIMARY KEY (topic, partition);
ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT pk_audit_entries PRIMARY KEY (id);
ALTER TABLE ONLY public.cells
    ADD CONSTRAINT pk_cells PRIMARY KEY (school_code, cohort, dimension, value, destination_code, flexible);
ALTER TABLE ONLY public.destination_versions
    ADD CONSTRAINT pk_destination_versions PRIMARY KEY (graduate_id, sequence);
ALTER TABLE ONLY public.moved_groups
    ADD CONSTRAINT pk_moved_groups PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);
ALTER TABLE ONLY public.rate_streams
    ADD CONSTRAINT pk_rate_streams PRIMARY KEY (school_code);
ALTER TABLE ONLY public.relay_state
    ADD CONSTRAINT pk_relay_state PRIMARY KEY (id);
ALTER TABLE ONLY public.response_versions
    ADD CONSTRAINT pk_response_versions PRIMARY KEY (graduate_id, sequence);
ALTER TABLE ONLY public.roster_versions
    ADD CONSTRAINT pk_roster_versions PRIMARY KEY (graduate_id, sequence);
ALTER TABLE ONLY public.spans
    ADD CONSTRAINT pk_spans PRIMARY KEY (school_code, graduate_id, from_day);
ALTER TABLE ONLY public.units
    ADD CONSTRAINT pk_units PRIMARY KEY (school_code, unit_kind, code);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT uq_outbox_topic_key_sequence UNIQUE (topic, key, sequence);
CREATE INDEX ix_audit_entries_object ON public.audit_entries USING btree (object_kind, object_id);
CREATE INDEX ix_audit_entries_school_recorded ON public.audit_entries USING btree (school_code, recorded_at);
CREATE INDEX ix_destination_versions_school_code_graduate_id ON public.destination_versions USING btree (school_code, graduate_id);
CREATE INDEX ix_outbox_school_position ON public.outbox USING btree (school_code, "position");
CREATE INDEX ix_outbox_unnumbered ON public.outbox USING btree (id) WHERE ("position" IS NULL);
CREATE INDEX ix_response_versions_school_code_cohort_cycle ON public.response_versions USING btree (school_code, cohort, cycle);
CREATE INDEX ix_roster_versions_school_code_graduate_id ON public.roster_versions USING btree (school_code, graduate_id);
CREATE INDEX ix_spans_school_code_cohort ON public.spans USING btree (school_code, cohort);
CREATE INDEX ix_units_province_code ON public.units USING btree (province_code) WHERE (unit_kind = 'school'::text);
CREATE UNIQUE INDEX uq_outbox_position ON public.outbox USING btree ("position");
