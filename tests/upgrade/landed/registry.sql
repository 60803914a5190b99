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
CREATE TABLE public.classes (
    school_code text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text,
    state text DEFAULT 'active'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    college_code text,
    major_code text,
    CONSTRAINT ck_classes_name CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT ck_classes_state CHECK ((state = ANY (ARRAY['active'::text, 'closed'::text])))
);
CREATE TABLE public.colleges (
    school_code text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text,
    state text DEFAULT 'active'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT ck_colleges_name CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT ck_colleges_state CHECK ((state = ANY (ARRAY['active'::text, 'closed'::text])))
);
CREATE TABLE public.graduate_versions (
    graduate_id uuid NOT NULL,
    version integer NOT NULL,
    school_code text NOT NULL,
    cohort integer NOT NULL,
    student_number text NOT NULL,
    exam_number text,
    college_code text,
    major_code text,
    class_code text,
    sex_code text,
    birth_date date,
    ethnicity_code text,
    political_status_code text,
    education_level_code text,
    origin_place_code text,
    urban_rural text,
    training_mode_code text,
    teacher_training_code text,
    hardship_code text,
    study_form text,
    enrolled_on date,
    graduated_on date,
    major_direction text,
    commissioning_unit text,
    duration_years numeric(3,1),
    name_cipher bytea NOT NULL,
    name_index bytea NOT NULL,
    citizen_id_cipher bytea,
    citizen_id_index bytea,
    phone_cipher bytea,
    status text NOT NULL,
    sequence bigint NOT NULL,
    decided_on date NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    code_lists_version text NOT NULL,
    changed_fields text[] DEFAULT '{}'::text[] NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    role text NOT NULL,
    operation_id uuid,
    reason_cipher bytea,
    CONSTRAINT ck_graduate_versions_action CHECK ((action = ANY (ARRAY['create'::text, 'change'::text, 'withdraw'::text, 'import'::text])))
);
CREATE TABLE public.graduates (
    id uuid NOT NULL,
    school_code text NOT NULL,
    cohort integer NOT NULL,
    student_number text NOT NULL,
    exam_number text,
    college_code text,
    major_code text,
    class_code text,
    sex_code text,
    birth_date date,
    ethnicity_code text,
    political_status_code text,
    education_level_code text,
    origin_place_code text,
    urban_rural text,
    training_mode_code text,
    teacher_training_code text,
    hardship_code text,
    study_form text,
    enrolled_on date,
    graduated_on date,
    major_direction text,
    commissioning_unit text,
    duration_years numeric(3,1),
    name_cipher bytea NOT NULL,
    name_index bytea NOT NULL,
    citizen_id_cipher bytea,
    citizen_id_index bytea,
    phone_cipher bytea,
    status text NOT NULL,
    version integer NOT NULL,
    sequence bigint NOT NULL,
    decided_on date NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    code_lists_version text NOT NULL,
    line_fingerprint bytea,
    CONSTRAINT ck_graduates_citizen_id CHECK (((citizen_id_cipher IS NULL) = (citizen_id_index IS NULL))),
    CONSTRAINT ck_graduates_cohort CHECK (((cohort >= 1977) AND (cohort <= 2200))),
    CONSTRAINT ck_graduates_numbers CHECK (((version >= 1) AND (sequence >= 1))),
    CONSTRAINT ck_graduates_status CHECK ((status = ANY (ARRAY['registered'::text, 'completed'::text, 'extended'::text, 'withdrawn'::text, 'deceased'::text, 'transferred'::text])))
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
CREATE TABLE public.majors (
    school_code text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    name_en text,
    state text DEFAULT 'active'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    college_code text,
    several_colleges boolean DEFAULT false NOT NULL,
    CONSTRAINT ck_majors_name CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT ck_majors_several_colleges CHECK ((NOT (several_colleges AND (college_code IS NOT NULL)))),
    CONSTRAINT ck_majors_state CHECK ((state = ANY (ARRAY['active'::text, 'closed'::text])))
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
CREATE TABLE public.relay_state (
    id smallint DEFAULT 1 NOT NULL,
    numbered bigint DEFAULT 0 NOT NULL,
    sent bigint DEFAULT 0 NOT NULL,
    CONSTRAINT ck_relay_state_one_row CHECK ((id = 1))
);
CREATE TABLE public.schools (
    code text NOT NULL,
    province_code text NOT NULL,
    name text NOT NULL,
    name_en text,
    state text DEFAULT 'active'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    sequence bigint DEFAULT 0 NOT NULL,
    CONSTRAINT ck_schools_code CHECK ((code ~ '^[0-9]{5}$'::text)),
    CONSTRAINT ck_schools_name CHECK (((length(name) >= 1) AND (length(name) <= 200))),
    CONSTRAINT ck_schools_province_code CHECK ((province_code ~ '^[0-9]{2}0000$'::text)),
    CONSTRAINT ck_schools_state CHECK ((state = ANY (ARRAY['active'::text, 'closed'::text])))
);
CREATE TABLE public.upload_chunks (
    operation_id uuid NOT NULL,
    index integer NOT NULL,
    bytes bytea NOT NULL
);
INSERT INTO public.alembic_version VALUES
	('202611260101');
INSERT INTO public.audit_entries VALUES
	('01a224ec-9941-716a-b1c7-4305898c4170', '2026-11-29 01:30:15.233115+00', 'admin', 'admin', 'school.create', 'school', '10001', '10001', 'a8d1c9ed9c3b4ff0a6b24489da38a37e', '{}'),
	('01a224ec-995f-769b-b952-e77a53973654', '2026-11-29 01:30:15.263433+00', 'admin', 'admin', 'school.create', 'school', '10002', '10002', 'beb15c69ef9a41779753afb65f5e8d02', '{}'),
	('01a224ec-9acd-7550-8631-97f998fe04ad', '2026-11-29 01:30:15.629349+00', 'school_officer:10001', 'school_officer', 'roster_import.submitted', 'operation', '01a224ec-9abf-76aa-b4e5-4a2c50920cdf', '10001', 'c932b4df74364f1b94713689e88be39f', '{}'),
	('01a224ec-9ad0-707f-adaf-61b0b10ddc67', '2026-11-29 01:30:15.632051+00', 'school_officer:10002', 'school_officer', 'roster_import.submitted', 'operation', '01a224ec-9aba-72b5-a1e4-269f5c8948c7', '10002', '4073bcd9e7914f949f073f386c3bff1c', '{}'),
	('01a224ec-9d99-797e-a06f-9215fa1a6eac', '2026-11-29 01:30:16.345651+00', 'school_officer:10002', 'school_officer', 'college.create', 'college', 'E01', '10002', '4073bcd9e7914f949f073f386c3bff1c', '{}'),
	('01a224ec-9d9f-7a2e-bf4e-ecceeab91e33', '2026-11-29 01:30:16.351657+00', 'school_officer:10002', 'school_officer', 'college.create', 'college', 'E03', '10002', '4073bcd9e7914f949f073f386c3bff1c', '{}'),
	('01a224ec-9db2-7ca5-b279-3b6a62e9c342', '2026-11-29 01:30:16.37081+00', 'school_officer:10002', 'school_officer', 'major.create', 'major', '040107', '10002', '4073bcd9e7914f949f073f386c3bff1c', '{}'),
	('01a224ec-9db8-742e-bde7-01997f9d851f', '2026-11-29 01:30:16.376276+00', 'school_officer:10002', 'school_officer', 'major.create', 'major', '040106', '10002', '4073bcd9e7914f949f073f386c3bff1c', '{}'),
	('01a224ec-9dbd-78c8-ba00-b90250bc0876', '2026-11-29 01:30:16.381572+00', 'school_officer:10002', 'school_officer', 'major.create', 'major', '070101', '10002', '4073bcd9e7914f949f073f386c3bff1c', '{}'),
	('01a224ec-9e28-7be3-9f53-95d4e7c12cbf', '2026-11-29 01:30:16.488763+00', 'school_officer:10002', 'school_officer', 'import', 'graduate', 'a0238b07-da83-4c88-8bb1-ab60f51f81ce', '10002', '4073bcd9e7914f949f073f386c3bff1c', '{"version": 1, "operation_id": "01a224ec-9aba-72b5-a1e4-269f5c8948c7"}'),
	('01a224ec-9e28-7dbf-b7b9-5b1ddd978f8e', '2026-11-29 01:30:16.48887+00', 'school_officer:10002', 'school_officer', 'import', 'graduate', '1d998fc3-5fd9-4422-8d15-36c5e7506750', '10002', '4073bcd9e7914f949f073f386c3bff1c', '{"version": 1, "operation_id": "01a224ec-9aba-72b5-a1e4-269f5c8948c7"}'),
	('01a224ec-9e28-7e20-8fe4-45b44fcbaac6', '2026-11-29 01:30:16.488889+00', 'school_officer:10002', 'school_officer', 'import', 'graduate', 'd7a83106-b589-487d-8646-cfa9b10da076', '10002', '4073bcd9e7914f949f073f386c3bff1c', '{"version": 1, "operation_id": "01a224ec-9aba-72b5-a1e4-269f5c8948c7"}'),
	('01a224ec-9e28-7e64-8b45-6330981bca28', '2026-11-29 01:30:16.488905+00', 'school_officer:10002', 'school_officer', 'import', 'graduate', 'aad486bd-752b-4763-8cb1-dbb2a13eb0b8', '10002', '4073bcd9e7914f949f073f386c3bff1c', '{"version": 1, "operation_id": "01a224ec-9aba-72b5-a1e4-269f5c8948c7"}'),
	('01a224ec-9e28-7ea4-bf56-ae0ff099e8a4', '2026-11-29 01:30:16.48892+00', 'school_officer:10002', 'school_officer', 'import', 'graduate', '62900047-e057-4044-9399-46118ea1fffe', '10002', '4073bcd9e7914f949f073f386c3bff1c', '{"version": 1, "operation_id": "01a224ec-9aba-72b5-a1e4-269f5c8948c7"}'),
	('01a224ec-9e28-7edf-a25f-6fc14b9a13d7', '2026-11-29 01:30:16.488935+00', 'school_officer:10002', 'school_officer', 'import', 'graduate', '7bde86e8-c589-49b0-88f4-34a2f59d24ee', '10002', '4073bcd9e7914f949f073f386c3bff1c', '{"version": 1, "operation_id": "01a224ec-9aba-72b5-a1e4-269f5c8948c7"}');
INSERT INTO public.classes VALUES
	('10001', 'K01', '1班', NULL, 'active', 1, '2026-11-29 01:32:20.998461+00', NULL, '080202');
INSERT INTO public.colleges VALUES
	('10002', 'E01', '教育学院', NULL, 'active', 1, '2026-11-29 01:30:16.341642+00'),
	('10002', 'E03', '数学学院', NULL, 'active', 1, '2026-11-29 01:30:16.349378+00'),
	('10001', 'C04', '商学院', NULL, 'active', 1, '2026-11-29 01:30:17.095397+00'),
	('10001', 'C02', '机械工程学院', NULL, 'active', 1, '2026-11-29 01:30:17.123486+00'),
	('10001', 'C03', '土木工程学院', NULL, 'active', 1, '2026-11-29 01:30:17.160561+00');
INSERT INTO public.graduate_versions VALUES
	('a0238b07-da83-4c88-8bb1-ab60f51f81ce', 1, '10002', 2026, '2022D00001', '99221000200001', 'E01', '040107', NULL, '1', NULL, '01', '03', '31', '510107', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b319f5e2eb4185c7e039960f41f12cec09b09abdadb25a8', '\x14aee069d091833dc4f1dda304c50a56', '\x0101026b314bdd0b7de0780bda96223cdc58363a4d8e18948ae366c41c8e74bec856d64ab6e2de', '\x09c8b4170bb323c5d3ace1160200563a', '\x0101026b3170d433df0863c95458caba625b203572db34fd7e10759472558590', 'registered', 1, '2025-09-01', '2026-11-29 01:30:16.456303+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10002', 'school_officer', '01a224ec-9aba-72b5-a1e4-269f5c8948c7', NULL),
	('1d998fc3-5fd9-4422-8d15-36c5e7506750', 1, '10002', 2026, '2022D00002', '99221000200002', 'E01', '040107', NULL, '2', NULL, '01', '03', '31', '110101', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b31a8c2b62f38eec912bc7b46b90068fba5ec8d6de1feab9caf96', '\xe04502e6d79c8b3aee79a7d60f844641', '\x0101026b31beb7006c556b1c53cf1dff2aadd0e1a8b7ea5a38e2a0cc289fe6dd22740828a19e85', '\x223c2cb03348fc70bc99a80d3db599cd', '\x0101026b3174e983cf37de55147fdd7ab1d5aefa4459830beb69dd8445551a76', 'registered', 1, '2025-09-01', '2026-11-29 01:30:16.456367+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10002', 'school_officer', '01a224ec-9aba-72b5-a1e4-269f5c8948c7', NULL),
	('d7a83106-b589-487d-8646-cfa9b10da076', 1, '10002', 2026, '2022D00003', '99221000200003', 'E01', '040106', NULL, '1', NULL, '01', '03', '31', '610113', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b31b0c8fc702296a4f98629e86d422f3448b2314749259438a8fb', '\xad90f85dfe55ea6c284ab0119fd2667b', '\x0101026b315c656a4a00a5d557eb5942722f33edceda0d1289288518348978664ddb0d240858ed', '\x50725bedd8a38d2406fb7bf1e8b29e8d', '\x0101026b31d35dad65d5f55376c775c70c24cc3118341e7489916d71e64c7c8d', 'registered', 1, '2025-09-01', '2026-11-29 01:30:16.456377+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10002', 'school_officer', '01a224ec-9aba-72b5-a1e4-269f5c8948c7', NULL),
	('aad486bd-752b-4763-8cb1-dbb2a13eb0b8', 1, '10002', 2026, '2022D00004', '99221000200004', 'E03', '070101', NULL, '2', NULL, '01', '03', '31', '370102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b31f0ccc51b45089146172c248f409f43548a0e85cda5bc2bcb94', '\xaa1f6ae0e63867d956f416e2a6c877c4', '\x0101026b31fc8a99c02b280de26a69ce87ff9592aa484600ae58497c7411e6538a303a5215d2c2', '\x98f1a80d450d439d84f28e46ce7b8bc7', '\x0101026b317872df328b89653c337a3dbf9c0995b740be981510db8dd06ec7be', 'registered', 1, '2025-09-01', '2026-11-29 01:30:16.456384+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10002', 'school_officer', '01a224ec-9aba-72b5-a1e4-269f5c8948c7', NULL),
	('62900047-e057-4044-9399-46118ea1fffe', 1, '10002', 2026, '2022D00005', '99221000200005', 'E03', '070101', NULL, '1', NULL, '01', '03', '31', '410302', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b31589bdec8c9cb6c1795fca059cdb97c03a9a764529bea', '\xceb6785ebbbb4841903ca3becec29810', '\x0101026b318777fc0e5ed0b5a09bb55e9f84d2344ecf31800548bab5cef5eccc8c4bd6c580641c', '\x5375ffaabf2644bbaa681468e3af9734', '\x0101026b3111d5dbc2ebef004e32ccbe87ecb0c0ce6aa948589d5f325b2443ef', 'registered', 1, '2025-09-01', '2026-11-29 01:30:16.45639+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10002', 'school_officer', '01a224ec-9aba-72b5-a1e4-269f5c8948c7', NULL),
	('7bde86e8-c589-49b0-88f4-34a2f59d24ee', 1, '10002', 2026, '2022D00006', '99221000200006', 'E01', '040106', NULL, '2', NULL, '01', '03', '31', '130102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b3185c7d743ba9e53e3624cbadab235ad436e9d9b02e81e', '\x13cc1fd0ad4cf50910ba4fca4eaecb9e', '\x0101026b31e63bd6a7fb4caf09559f46220bd6975316385819b552090e13838ff8c9d0213d60e7', '\xe857fee67a8c9f8dba15a9df6d512a51', '\x0101026b31c3d2b27b294cd1373d41336345c9ea885cf2b97cd20369ba84ddf0', 'registered', 1, '2025-09-01', '2026-11-29 01:30:16.456396+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10002', 'school_officer', '01a224ec-9aba-72b5-a1e4-269f5c8948c7', NULL),
	('2f30faa0-8617-4517-9913-c1914a7f5d91', 1, '10001', 2026, '2022D00001', '99221000100001', 'C04', '120203', NULL, '1', NULL, '01', '03', '31', '410102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b3199c22651c794b90c5d26589d3f86008ea77298c23f60', '\xa2984ad9b5f4b839f02284f7bc6599a2', '\x0101026b314049bcd1f6d6d9874e4701825dde1473b86ce7df9902f8aa7290e383a6ef9453d0ab', '\x0bd802c45cfc8c549cd29397aa98dfa1', '\x0101026b31fe123d23ae0beb8348153e78135ebc633c7cc965062f5685f559de', 'registered', 1, '2025-09-01', '2026-11-29 01:30:17.399027+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10001', 'school_officer', '01a224ec-9abf-76aa-b4e5-4a2c50920cdf', NULL),
	('0342a92b-3315-4de0-bc08-7ba980284aaf', 1, '10001', 2026, '2022D00002', '99221000100002', 'C02', '080202', NULL, '2', NULL, '01', '03', '31', '610113', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b3100471107eb5c3700228d32981a15f985bc4d9b528fd2', '\x5c8b6fd336779635fb62ea2ca52874a0', '\x0101026b31c5233fe9f6838410fe88dc40071bcf951cdfd7b42c31d1afda29f7e732a1e4a38fa5', '\x63cba5bd20fe0034505026b131ab1f50', '\x0101026b314a6b71c8b850e65d7140aa95745445cd718a1f484da5e59554f4d6', 'registered', 1, '2025-09-01', '2026-11-29 01:30:17.399081+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10001', 'school_officer', '01a224ec-9abf-76aa-b4e5-4a2c50920cdf', NULL),
	('737b083e-4f5a-4a57-9273-56bc07743b03', 1, '10001', 2026, '2022D00003', '99221000100003', 'C02', '080202', NULL, '1', NULL, '01', '03', '31', '410102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b3125bc921148c5d2744d4c16c8dc7a7669cbe5119ac266', '\x23acd32cb074abc61054064bcf641c72', '\x0101026b315d9fc2f093b8a79bbe6c66df85b2e47307c05fbe39ff5540c45754ac430588d9207b', '\x9f39d928e9782934ed1462a8ac1c5e47', '\x0101026b31bd1276c867aa1a864d73d1fbce034479a6898f22030c1af51bd9cd', 'registered', 1, '2025-09-01', '2026-11-29 01:30:17.399091+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10001', 'school_officer', '01a224ec-9abf-76aa-b4e5-4a2c50920cdf', NULL),
	('9bce45e8-f31d-42cb-ab4e-796eaaa23a63', 1, '10001', 2026, '2022D00004', '99221000100004', 'C02', '080202', NULL, '2', NULL, '01', '03', '31', '130102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b314c3e4ec866e115e506f7af02a8789455045714c4ab9f', '\xbcf216154a2e714420526a1365bcff59', '\x0101026b31cf37f8cbeec98e2adfedbcbf71e6f1a0cfab57b1178eaf254a8c45f7b372abf2bc3e', '\xac5fd37cc5af2dd304204e071ea4a720', '\x0101026b312068cdbf97889f49237f01bcc02251549c3bb1d6f1ccfb9e83848b', 'registered', 1, '2025-09-01', '2026-11-29 01:30:17.399097+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10001', 'school_officer', '01a224ec-9abf-76aa-b4e5-4a2c50920cdf', NULL),
	('cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', 1, '10001', 2026, '2022D00005', '99221000100005', 'C02', '080202', NULL, '1', NULL, '01', '03', '31', '370102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b3122b5ef690012fb60ae898d5338d426a1951a35de2d95', '\x91b24467b65f10366988f5d8694010cd', '\x0101026b311e63755e364a4b6d1aabb0206192ed72b343cd9df6ab69d7c1861394748bd2cda5bf', '\xecafc9e3807ec789699be4d1f2c9a6bc', '\x0101026b31a98a9708806eaaa2c39adf7fb47fc35324ac6b052a3ace26870318', 'registered', 1, '2025-09-01', '2026-11-29 01:30:17.399102+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10001', 'school_officer', '01a224ec-9abf-76aa-b4e5-4a2c50920cdf', NULL),
	('dd367f96-0431-46d5-9151-b19a4379b25d', 1, '10001', 2026, '2022D00006', '99221000100006', 'C02', '080202', NULL, '2', NULL, '01', '03', '31', '610113', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b31a09678685618b6abaf6488664a9b9f7f4281cc5e1af9', '\x8487301fccf2cb79aaa503047b3eb9eb', '\x0101026b3185969845fcd42dbfaec8c73341ac9988bbe6b106374007155096707656f1a5abc34c', '\x7c3449ef2e0541fb492e29d5ddbcbf66', '\x0101026b319162ab06855296afee20568a831543c5c442ecc953ee616ffdb34f', 'registered', 1, '2025-09-01', '2026-11-29 01:30:17.399108+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10001', 'school_officer', '01a224ec-9abf-76aa-b4e5-4a2c50920cdf', NULL),
	('82587726-11de-4e7e-a198-f730c907c3e5', 1, '10001', 2026, '2022D00007', '99221000100007', 'C04', '120203', NULL, '1', NULL, '01', '03', '31', '610113', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b315d1bd03928d52aeb67559f224721be9abe1d467c7d26', '\xedc625d4f3696efe1947299818f3c663', '\x0101026b319b73cd91459dce7d50ae5518d26193bd8815c3d739ecc274694b1ac061ce19d0d974', '\x9253d5b3af2589af962b77a8ae3c3acc', '\x0101026b31edc35db203e9fa57866a63d6345e64f363c3225a077760ba842fe2', 'registered', 1, '2025-09-01', '2026-11-29 01:30:17.399113+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10001', 'school_officer', '01a224ec-9abf-76aa-b4e5-4a2c50920cdf', NULL),
	('1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', 1, '10001', 2026, '2022D00008', '99221000100008', 'C04', '120203', NULL, '2', NULL, '01', '03', '31', '340102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b31ebd7d5c61ae0637b76fb2bced6e4a88d0b85a537c674', '\xb86decd4d40a204dadae0a1667715012', '\x0101026b31f525efbce054679ce9bf3f2bc224c3e9975e5d3eef39b77425e3497dbb2922c05e04', '\xf0b0de95af675bf7a1c980144b848503', '\x0101026b31a63c41ae130cf9594c973c2e3303138fed59c16bc2de5569a20fbc', 'registered', 1, '2025-09-01', '2026-11-29 01:30:17.399118+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10001', 'school_officer', '01a224ec-9abf-76aa-b4e5-4a2c50920cdf', NULL),
	('b6f51f60-0fd0-4765-b695-3d564c649c91', 1, '10001', 2026, '2022D00009', '99221000100009', 'C03', '081001', NULL, '1', NULL, '01', '03', '31', '410302', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b311063e47e53612afc4efc4b494eea063b9de0c1caab9a', '\x02a5eaa3345af9d9f79403a8559e2fc5', '\x0101026b3118a8daecf8a43f04e7ab47ccdf97fe3a481818533b3d7c36f6e29d8b53253a336f10', '\xb3e01adb98176f9b8e9c605c64a6fbab', '\x0101026b31a0372cc619028aaf23b844f5e9f843689e32632095c7897420e214', 'registered', 1, '2025-09-01', '2026-11-29 01:30:17.399123+00', 'codes-b325aaa83a5f', '{student_number,name,exam_number,citizen_id,phone,college_code,major_code,sex_code,ethnicity_code,political_status_code,education_level_code,origin_place_code,urban_rural,training_mode_code,teacher_training_code,hardship_code,enrolled_on,graduated_on,duration_years,status}', 'import', 'school_officer:10001', 'school_officer', '01a224ec-9abf-76aa-b4e5-4a2c50920cdf', NULL);
INSERT INTO public.graduates VALUES
	('a0238b07-da83-4c88-8bb1-ab60f51f81ce', '10002', 2026, '2022D00001', '99221000200001', 'E01', '040107', NULL, '1', NULL, '01', '03', '31', '510107', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b319f5e2eb4185c7e039960f41f12cec09b09abdadb25a8', '\x14aee069d091833dc4f1dda304c50a56', '\x0101026b314bdd0b7de0780bda96223cdc58363a4d8e18948ae366c41c8e74bec856d64ab6e2de', '\x09c8b4170bb323c5d3ace1160200563a', '\x0101026b3170d433df0863c95458caba625b203572db34fd7e10759472558590', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:16.456303+00', 'codes-b325aaa83a5f', '\x2835d1b696954cf1f9e6668d8387c2df'),
	('1d998fc3-5fd9-4422-8d15-36c5e7506750', '10002', 2026, '2022D00002', '99221000200002', 'E01', '040107', NULL, '2', NULL, '01', '03', '31', '110101', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b31a8c2b62f38eec912bc7b46b90068fba5ec8d6de1feab9caf96', '\xe04502e6d79c8b3aee79a7d60f844641', '\x0101026b31beb7006c556b1c53cf1dff2aadd0e1a8b7ea5a38e2a0cc289fe6dd22740828a19e85', '\x223c2cb03348fc70bc99a80d3db599cd', '\x0101026b3174e983cf37de55147fdd7ab1d5aefa4459830beb69dd8445551a76', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:16.456367+00', 'codes-b325aaa83a5f', '\xa829e48ae14d02b06ae180df731c0afa'),
	('d7a83106-b589-487d-8646-cfa9b10da076', '10002', 2026, '2022D00003', '99221000200003', 'E01', '040106', NULL, '1', NULL, '01', '03', '31', '610113', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b31b0c8fc702296a4f98629e86d422f3448b2314749259438a8fb', '\xad90f85dfe55ea6c284ab0119fd2667b', '\x0101026b315c656a4a00a5d557eb5942722f33edceda0d1289288518348978664ddb0d240858ed', '\x50725bedd8a38d2406fb7bf1e8b29e8d', '\x0101026b31d35dad65d5f55376c775c70c24cc3118341e7489916d71e64c7c8d', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:16.456377+00', 'codes-b325aaa83a5f', '\x88271574f609a7b8ef38ad2cb52cb644'),
	('aad486bd-752b-4763-8cb1-dbb2a13eb0b8', '10002', 2026, '2022D00004', '99221000200004', 'E03', '070101', NULL, '2', NULL, '01', '03', '31', '370102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b31f0ccc51b45089146172c248f409f43548a0e85cda5bc2bcb94', '\xaa1f6ae0e63867d956f416e2a6c877c4', '\x0101026b31fc8a99c02b280de26a69ce87ff9592aa484600ae58497c7411e6538a303a5215d2c2', '\x98f1a80d450d439d84f28e46ce7b8bc7', '\x0101026b317872df328b89653c337a3dbf9c0995b740be981510db8dd06ec7be', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:16.456384+00', 'codes-b325aaa83a5f', '\x435e34a4646e12cf383e67a596423291'),
	('62900047-e057-4044-9399-46118ea1fffe', '10002', 2026, '2022D00005', '99221000200005', 'E03', '070101', NULL, '1', NULL, '01', '03', '31', '410302', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b31589bdec8c9cb6c1795fca059cdb97c03a9a764529bea', '\xceb6785ebbbb4841903ca3becec29810', '\x0101026b318777fc0e5ed0b5a09bb55e9f84d2344ecf31800548bab5cef5eccc8c4bd6c580641c', '\x5375ffaabf2644bbaa681468e3af9734', '\x0101026b3111d5dbc2ebef004e32ccbe87ecb0c0ce6aa948589d5f325b2443ef', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:16.45639+00', 'codes-b325aaa83a5f', '\x06e7669b5b228904ec1e4cf4c46ef9cb'),
	('7bde86e8-c589-49b0-88f4-34a2f59d24ee', '10002', 2026, '2022D00006', '99221000200006', 'E01', '040106', NULL, '2', NULL, '01', '03', '31', '130102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b3185c7d743ba9e53e3624cbadab235ad436e9d9b02e81e', '\x13cc1fd0ad4cf50910ba4fca4eaecb9e', '\x0101026b31e63bd6a7fb4caf09559f46220bd6975316385819b552090e13838ff8c9d0213d60e7', '\xe857fee67a8c9f8dba15a9df6d512a51', '\x0101026b31c3d2b27b294cd1373d41336345c9ea885cf2b97cd20369ba84ddf0', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:16.456396+00', 'codes-b325aaa83a5f', '\x7bdb24a2f0c9204a0556c13efe762d88'),
	('2f30faa0-8617-4517-9913-c1914a7f5d91', '10001', 2026, '2022D00001', '99221000100001', 'C04', '120203', NULL, '1', NULL, '01', '03', '31', '410102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b3199c22651c794b90c5d26589d3f86008ea77298c23f60', '\xa2984ad9b5f4b839f02284f7bc6599a2', '\x0101026b314049bcd1f6d6d9874e4701825dde1473b86ce7df9902f8aa7290e383a6ef9453d0ab', '\x0bd802c45cfc8c549cd29397aa98dfa1', '\x0101026b31fe123d23ae0beb8348153e78135ebc633c7cc965062f5685f559de', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:17.399027+00', 'codes-b325aaa83a5f', '\x5a108adc8d6bf6214ae096d4c6c9c597'),
	('0342a92b-3315-4de0-bc08-7ba980284aaf', '10001', 2026, '2022D00002', '99221000100002', 'C02', '080202', NULL, '2', NULL, '01', '03', '31', '610113', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b3100471107eb5c3700228d32981a15f985bc4d9b528fd2', '\x5c8b6fd336779635fb62ea2ca52874a0', '\x0101026b31c5233fe9f6838410fe88dc40071bcf951cdfd7b42c31d1afda29f7e732a1e4a38fa5', '\x63cba5bd20fe0034505026b131ab1f50', '\x0101026b314a6b71c8b850e65d7140aa95745445cd718a1f484da5e59554f4d6', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:17.399081+00', 'codes-b325aaa83a5f', '\x997f148fd2325e825c3a6bd2cae92ecd'),
	('737b083e-4f5a-4a57-9273-56bc07743b03', '10001', 2026, '2022D00003', '99221000100003', 'C02', '080202', NULL, '1', NULL, '01', '03', '31', '410102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b3125bc921148c5d2744d4c16c8dc7a7669cbe5119ac266', '\x23acd32cb074abc61054064bcf641c72', '\x0101026b315d9fc2f093b8a79bbe6c66df85b2e47307c05fbe39ff5540c45754ac430588d9207b', '\x9f39d928e9782934ed1462a8ac1c5e47', '\x0101026b31bd1276c867aa1a864d73d1fbce034479a6898f22030c1af51bd9cd', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:17.399091+00', 'codes-b325aaa83a5f', '\xe5e58eb6ce62d009f8015dc180ea865b'),
	('9bce45e8-f31d-42cb-ab4e-796eaaa23a63', '10001', 2026, '2022D00004', '99221000100004', 'C02', '080202', NULL, '2', NULL, '01', '03', '31', '130102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b314c3e4ec866e115e506f7af02a8789455045714c4ab9f', '\xbcf216154a2e714420526a1365bcff59', '\x0101026b31cf37f8cbeec98e2adfedbcbf71e6f1a0cfab57b1178eaf254a8c45f7b372abf2bc3e', '\xac5fd37cc5af2dd304204e071ea4a720', '\x0101026b312068cdbf97889f49237f01bcc02251549c3bb1d6f1ccfb9e83848b', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:17.399097+00', 'codes-b325aaa83a5f', '\xf2bdf10faddc825ac8bf04eeefce6f3f'),
	('cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', '10001', 2026, '2022D00005', '99221000100005', 'C02', '080202', NULL, '1', NULL, '01', '03', '31', '370102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b3122b5ef690012fb60ae898d5338d426a1951a35de2d95', '\x91b24467b65f10366988f5d8694010cd', '\x0101026b311e63755e364a4b6d1aabb0206192ed72b343cd9df6ab69d7c1861394748bd2cda5bf', '\xecafc9e3807ec789699be4d1f2c9a6bc', '\x0101026b31a98a9708806eaaa2c39adf7fb47fc35324ac6b052a3ace26870318', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:17.399102+00', 'codes-b325aaa83a5f', '\x9603767b60c674744f494e5000057124'),
	('dd367f96-0431-46d5-9151-b19a4379b25d', '10001', 2026, '2022D00006', '99221000100006', 'C02', '080202', NULL, '2', NULL, '01', '03', '31', '610113', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b31a09678685618b6abaf6488664a9b9f7f4281cc5e1af9', '\x8487301fccf2cb79aaa503047b3eb9eb', '\x0101026b3185969845fcd42dbfaec8c73341ac9988bbe6b106374007155096707656f1a5abc34c', '\x7c3449ef2e0541fb492e29d5ddbcbf66', '\x0101026b319162ab06855296afee20568a831543c5c442ecc953ee616ffdb34f', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:17.399108+00', 'codes-b325aaa83a5f', '\x764829eb6f8986aebc463d8b3bafd28e'),
	('82587726-11de-4e7e-a198-f730c907c3e5', '10001', 2026, '2022D00007', '99221000100007', 'C04', '120203', NULL, '1', NULL, '01', '03', '31', '610113', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b315d1bd03928d52aeb67559f224721be9abe1d467c7d26', '\xedc625d4f3696efe1947299818f3c663', '\x0101026b319b73cd91459dce7d50ae5518d26193bd8815c3d739ecc274694b1ac061ce19d0d974', '\x9253d5b3af2589af962b77a8ae3c3acc', '\x0101026b31edc35db203e9fa57866a63d6345e64f363c3225a077760ba842fe2', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:17.399113+00', 'codes-b325aaa83a5f', '\x65165ab0ceeecc370697e2180391f107'),
	('1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', '10001', 2026, '2022D00008', '99221000100008', 'C04', '120203', NULL, '2', NULL, '01', '03', '31', '340102', 'urban', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b31ebd7d5c61ae0637b76fb2bced6e4a88d0b85a537c674', '\xb86decd4d40a204dadae0a1667715012', '\x0101026b31f525efbce054679ce9bf3f2bc224c3e9975e5d3eef39b77425e3497dbb2922c05e04', '\xf0b0de95af675bf7a1c980144b848503', '\x0101026b31a63c41ae130cf9594c973c2e3303138fed59c16bc2de5569a20fbc', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:17.399118+00', 'codes-b325aaa83a5f', '\xca932fb095badd9c59b9df2a8ef3a3ee'),
	('b6f51f60-0fd0-4765-b695-3d564c649c91', '10001', 2026, '2022D00009', '99221000100009', 'C03', '081001', NULL, '1', NULL, '01', '03', '31', '410302', 'rural', '1', '2', '0', NULL, '2022-09-01', '2026-06-30', NULL, NULL, 4.0, '\x0101026b311063e47e53612afc4efc4b494eea063b9de0c1caab9a', '\x02a5eaa3345af9d9f79403a8559e2fc5', '\x0101026b3118a8daecf8a43f04e7ab47ccdf97fe3a481818533b3d7c36f6e29d8b53253a336f10', '\xb3e01adb98176f9b8e9c605c64a6fbab', '\x0101026b31a0372cc619028aaf23b844f5e9f843689e32632095c7897420e214', 'registered', 1, 1, '2025-09-01', '2026-11-29 01:30:17.399123+00', 'codes-b325aaa83a5f', '\xe369925a4c0c0d04e4d0abf938b5a23f');
INSERT INTO public.idempotency_keys VALUES
	('school_officer:10001', 'POST', '/v1/schools/10001/classes', 'landed-1', '\x9174ba912949a296f2c8871daff12a637c392fe106f2c61a9288fae9d8be384c', 201, '/v1/schools/10001/classes/K01', 'K01', 1, '2026-11-29 01:32:21.020688+00');
INSERT INTO public.majors VALUES
	('10002', '040107', '小学教育', NULL, 'active', 1, '2026-11-29 01:30:16.362964+00', 'E01', false),
	('10002', '040106', '学前教育', NULL, 'active', 1, '2026-11-29 01:30:16.374666+00', 'E01', false),
	('10002', '070101', '数学与应用数学', NULL, 'active', 1, '2026-11-29 01:30:16.37936+00', 'E03', false),
	('10001', '120203', '会计学', NULL, 'active', 1, '2026-11-29 01:30:17.210734+00', 'C04', false),
	('10001', '080202', '机械设计制造及其自动化', NULL, 'active', 1, '2026-11-29 01:30:17.248271+00', 'C02', false),
	('10001', '081001', '土木工程', NULL, 'active', 1, '2026-11-29 01:30:17.278284+00', 'C03', false);
INSERT INTO public.operation_chunks VALUES
	('01a224ec-9aba-72b5-a1e4-269f5c8948c7', -1, '{"faults": [], "created": 6, "updated": 0, "rejected": 0, "unchanged": 0, "change_token": "WyJxdXhpYW5nLnJlZ2lzdHJ5LmdyYWR1YXRlLnYxIiwiMTAwMDIiLCI3YmRlODZlOC1jNTg5LTQ5YjAtODhmNC0zNGEyZjU5ZDI0ZWUiLDFd"}'),
	('01a224ec-9abf-76aa-b4e5-4a2c50920cdf', -1, '{"faults": [], "created": 9, "updated": 0, "rejected": 0, "unchanged": 0, "change_token": "WyJxdXhpYW5nLnJlZ2lzdHJ5LmdyYWR1YXRlLnYxIiwiMTAwMDEiLCJiNmY1MWY2MC0wZmQwLTQ3NjUtYjY5NS0zZDU2NGM2NDljOTEiLDFd"}');
INSERT INTO public.operations VALUES
	('01a224ec-9aba-72b5-a1e4-269f5c8948c7', 'roster_import', 'succeeded', '10002', 'school_officer:10002', 'school_officer', '4073bcd9e7914f949f073f386c3bff1c', '{"kind": "xlsx", "cohort": 2026, "dry_run": false, "on_error": "reject", "school_code": "10002"}', 6, 6, '{"created": 6, "updated": 0, "rejected": 0, "unchanged": 0, "change_token": "WyJxdXhpYW5nLnJlZ2lzdHJ5LmdyYWR1YXRlLnYxIiwiMTAwMDIiLCI3YmRlODZlOC1jNTg5LTQ5YjAtODhmNC0zNGEyZjU5ZDI0ZWUiLDFd"}', '[]', 0, NULL, 1, NULL, '2026-11-29 01:30:25.856226+00', '2026-11-29 01:30:15.610195+00', '2026-11-29 01:30:15.856227+00', '2026-11-29 01:30:16.546761+00', '2026-12-06 01:30:15.610195+00'),
	('01a224ec-9abf-76aa-b4e5-4a2c50920cdf', 'roster_import', 'succeeded', '10001', 'school_officer:10001', 'school_officer', 'c932b4df74364f1b94713689e88be39f', '{"kind": "xlsx", "cohort": 2026, "dry_run": false, "on_error": "reject", "school_code": "10001"}', 9, 9, '{"created": 9, "updated": 0, "rejected": 0, "unchanged": 0, "change_token": "WyJxdXhpYW5nLnJlZ2lzdHJ5LmdyYWR1YXRlLnYxIiwiMTAwMDEiLCJiNmY1MWY2MC0wZmQwLTQ3NjUtYjY5NS0zZDU2NGM2NDljOTEiLDFd"}', '[]', 0, NULL, 1, NULL, '2026-11-29 01:30:26.607835+00', '2026-11-29 01:30:15.615436+00', '2026-11-29 01:30:16.607836+00', '2026-11-29 01:30:17.537273+00', '2026-12-06 01:30:15.615437+00');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES
	(1, '01a224ec-995b-797a-9a06-b5c1639e5ce1', 'quxiang.registry.organisation.v1', '10001', 1, 'quxiang.organisation.changed', '10001', NULL, '2026-11-29 01:30:15.214596+00', '{"code": "10001", "name": "示例理工大学", "state": "active", "name_en": "Example University of Technology", "unit_kind": "school", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:15.214596Z", "school_code": "10001", "college_code": null, "province_code": "410000", "changed_fields": ["name", "name_en", "state", "province_code"]}', 'a8d1c9ed9c3b4ff0a6b24489da38a37e', NULL, 1),
	(2, '01a224ec-996e-75be-9e49-c828fc8c7f12', 'quxiang.registry.organisation.v1', '10002', 1, 'quxiang.organisation.changed', '10002', NULL, '2026-11-29 01:30:15.235719+00', '{"code": "10002", "name": "示例师范学院", "state": "active", "name_en": "Example Normal College", "unit_kind": "school", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:15.235719Z", "school_code": "10002", "college_code": null, "province_code": "210000", "changed_fields": ["name", "name_en", "state", "province_code"]}', 'beb15c69ef9a41779753afb65f5e8d02', NULL, 2),
	(3, '01a224ec-9d9a-7abe-9437-28805a36bfc5', 'quxiang.registry.organisation.v1', '10002', 2, 'quxiang.organisation.changed', '10002', NULL, '2026-11-29 01:30:16.344349+00', '{"code": "E01", "name": "教育学院", "state": "active", "name_en": null, "unit_kind": "college", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:16.344349Z", "school_code": "10002", "college_code": null, "province_code": null, "changed_fields": ["name", "state"]}', '4073bcd9e7914f949f073f386c3bff1c', NULL, 3),
	(4, '01a224ec-9da0-7318-bf04-7c48877fa0f9', 'quxiang.registry.organisation.v1', '10002', 3, 'quxiang.organisation.changed', '10002', NULL, '2026-11-29 01:30:16.350683+00', '{"code": "E03", "name": "数学学院", "state": "active", "name_en": null, "unit_kind": "college", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:16.350683Z", "school_code": "10002", "college_code": null, "province_code": null, "changed_fields": ["name", "state"]}', '4073bcd9e7914f949f073f386c3bff1c', NULL, 4),
	(14, '01a224ec-a096-725c-80a2-f972feecbb58', 'quxiang.registry.organisation.v1', '10001', 2, 'quxiang.organisation.changed', '10001', NULL, '2026-11-29 01:30:17.103567+00', '{"code": "C04", "name": "商学院", "state": "active", "name_en": null, "unit_kind": "college", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:17.103567Z", "school_code": "10001", "college_code": null, "province_code": null, "changed_fields": ["name", "state"]}', 'c932b4df74364f1b94713689e88be39f', NULL, 14),
	(29, '01a224ee-848c-7618-9527-c4e4532259f4', 'quxiang.registry.organisation.v1', '10001', 8, 'quxiang.organisation.changed', '10001', NULL, '2026-11-29 01:32:21.001398+00', '{"code": "K01", "name": "1班", "state": "active", "name_en": null, "unit_kind": "class", "decided_on": null, "major_code": "080202", "recorded_at": "2026-11-29T01:32:21.001398Z", "school_code": "10001", "college_code": null, "province_code": null, "changed_fields": ["name", "state", "major_code"]}', 'a87ab1fdd07044aa97bf17c9004ffd23', NULL, 29),
	(5, '01a224ec-9db3-7a45-993a-915232670175', 'quxiang.registry.organisation.v1', '10002', 4, 'quxiang.organisation.changed', '10002', NULL, '2026-11-29 01:30:16.364932+00', '{"code": "040107", "name": "小学教育", "state": "active", "name_en": null, "unit_kind": "major", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:16.364932Z", "school_code": "10002", "college_code": "E01", "province_code": null, "changed_fields": ["name", "state", "college_code"]}', '4073bcd9e7914f949f073f386c3bff1c', NULL, 5),
	(6, '01a224ec-9db8-7c08-a0c2-1a1c9102ab8e', 'quxiang.registry.organisation.v1', '10002', 5, 'quxiang.organisation.changed', '10002', NULL, '2026-11-29 01:30:16.375766+00', '{"code": "040106", "name": "学前教育", "state": "active", "name_en": null, "unit_kind": "major", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:16.375766Z", "school_code": "10002", "college_code": "E01", "province_code": null, "changed_fields": ["name", "state", "college_code"]}', '4073bcd9e7914f949f073f386c3bff1c', NULL, 6),
	(7, '01a224ec-9dbe-7569-9d0e-10edb754b251', 'quxiang.registry.organisation.v1', '10002', 6, 'quxiang.organisation.changed', '10002', NULL, '2026-11-29 01:30:16.380803+00', '{"code": "070101", "name": "数学与应用数学", "state": "active", "name_en": null, "unit_kind": "major", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:16.380803Z", "school_code": "10002", "college_code": "E03", "province_code": null, "changed_fields": ["name", "state", "college_code"]}', '4073bcd9e7914f949f073f386c3bff1c', NULL, 7),
	(8, '01a224ec-9e3b-74e1-80f5-35d85a466ba9', 'quxiang.registry.graduate.v1', 'a0238b07-da83-4c88-8bb1-ab60f51f81ce', 1, 'quxiang.graduate.registered', '10002', '2025-09-01', '2026-11-29 01:30:16.456303+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "1", "class_code": null, "decided_on": "2025-09-01", "major_code": "040107", "study_form": null, "graduate_id": "a0238b07-da83-4c88-8bb1-ab60f51f81ce", "recorded_at": "2026-11-29T01:30:16.456303+00:00", "school_code": "10002", "college_code": "E01", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "510107", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', '4073bcd9e7914f949f073f386c3bff1c', NULL, 8),
	(9, '01a224ec-9e3b-7734-8167-0159a9249d4e', 'quxiang.registry.graduate.v1', '1d998fc3-5fd9-4422-8d15-36c5e7506750', 1, 'quxiang.graduate.registered', '10002', '2025-09-01', '2026-11-29 01:30:16.456367+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "2", "class_code": null, "decided_on": "2025-09-01", "major_code": "040107", "study_form": null, "graduate_id": "1d998fc3-5fd9-4422-8d15-36c5e7506750", "recorded_at": "2026-11-29T01:30:16.456367+00:00", "school_code": "10002", "college_code": "E01", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "110101", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', '4073bcd9e7914f949f073f386c3bff1c', NULL, 9),
	(10, '01a224ec-9e3b-77b2-9285-f20c0a808c5c', 'quxiang.registry.graduate.v1', 'd7a83106-b589-487d-8646-cfa9b10da076', 1, 'quxiang.graduate.registered', '10002', '2025-09-01', '2026-11-29 01:30:16.456377+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "1", "class_code": null, "decided_on": "2025-09-01", "major_code": "040106", "study_form": null, "graduate_id": "d7a83106-b589-487d-8646-cfa9b10da076", "recorded_at": "2026-11-29T01:30:16.456377+00:00", "school_code": "10002", "college_code": "E01", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "610113", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', '4073bcd9e7914f949f073f386c3bff1c', NULL, 10),
	(11, '01a224ec-9e3b-7805-b1d0-0d0502dee4a2', 'quxiang.registry.graduate.v1', 'aad486bd-752b-4763-8cb1-dbb2a13eb0b8', 1, 'quxiang.graduate.registered', '10002', '2025-09-01', '2026-11-29 01:30:16.456384+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "2", "class_code": null, "decided_on": "2025-09-01", "major_code": "070101", "study_form": null, "graduate_id": "aad486bd-752b-4763-8cb1-dbb2a13eb0b8", "recorded_at": "2026-11-29T01:30:16.456384+00:00", "school_code": "10002", "college_code": "E03", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "370102", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', '4073bcd9e7914f949f073f386c3bff1c', NULL, 11),
	(12, '01a224ec-9e3b-7d1d-91ff-0aa7fa3301cc', 'quxiang.registry.graduate.v1', '62900047-e057-4044-9399-46118ea1fffe', 1, 'quxiang.graduate.registered', '10002', '2025-09-01', '2026-11-29 01:30:16.45639+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "1", "class_code": null, "decided_on": "2025-09-01", "major_code": "070101", "study_form": null, "graduate_id": "62900047-e057-4044-9399-46118ea1fffe", "recorded_at": "2026-11-29T01:30:16.45639+00:00", "school_code": "10002", "college_code": "E03", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "410302", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', '4073bcd9e7914f949f073f386c3bff1c', NULL, 12),
	(13, '01a224ec-9e3b-7d8f-b5e5-3965cf5ff576', 'quxiang.registry.graduate.v1', '7bde86e8-c589-49b0-88f4-34a2f59d24ee', 1, 'quxiang.graduate.registered', '10002', '2025-09-01', '2026-11-29 01:30:16.456396+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "2", "class_code": null, "decided_on": "2025-09-01", "major_code": "040106", "study_form": null, "graduate_id": "7bde86e8-c589-49b0-88f4-34a2f59d24ee", "recorded_at": "2026-11-29T01:30:16.456396+00:00", "school_code": "10002", "college_code": "E01", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "130102", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', '4073bcd9e7914f949f073f386c3bff1c', NULL, 13),
	(15, '01a224ec-a0ba-7c7c-b3ad-63ecba12d278', 'quxiang.registry.organisation.v1', '10001', 3, 'quxiang.organisation.changed', '10001', NULL, '2026-11-29 01:30:17.125361+00', '{"code": "C02", "name": "机械工程学院", "state": "active", "name_en": null, "unit_kind": "college", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:17.125361Z", "school_code": "10001", "college_code": null, "province_code": null, "changed_fields": ["name", "state"]}', 'c932b4df74364f1b94713689e88be39f', NULL, 15),
	(16, '01a224ec-a0d3-7966-bbb8-fd44f36c767a', 'quxiang.registry.organisation.v1', '10001', 4, 'quxiang.organisation.changed', '10001', NULL, '2026-11-29 01:30:17.163481+00', '{"code": "C03", "name": "土木工程学院", "state": "active", "name_en": null, "unit_kind": "college", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:17.163481Z", "school_code": "10001", "college_code": null, "province_code": null, "changed_fields": ["name", "state"]}', 'c932b4df74364f1b94713689e88be39f', NULL, 16),
	(17, '01a224ec-a10f-7733-985c-f6beadb214d2', 'quxiang.registry.organisation.v1', '10001', 5, 'quxiang.organisation.changed', '10001', NULL, '2026-11-29 01:30:17.214766+00', '{"code": "120203", "name": "会计学", "state": "active", "name_en": null, "unit_kind": "major", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:17.214766Z", "school_code": "10001", "college_code": "C04", "province_code": null, "changed_fields": ["name", "state", "college_code"]}', 'c932b4df74364f1b94713689e88be39f', NULL, 17),
	(18, '01a224ec-a12a-7962-831d-36e9bae4e2bc', 'quxiang.registry.organisation.v1', '10001', 6, 'quxiang.organisation.changed', '10001', NULL, '2026-11-29 01:30:17.255846+00', '{"code": "080202", "name": "机械设计制造及其自动化", "state": "active", "name_en": null, "unit_kind": "major", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:17.255846Z", "school_code": "10001", "college_code": "C02", "province_code": null, "changed_fields": ["name", "state", "college_code"]}', 'c932b4df74364f1b94713689e88be39f', NULL, 18),
	(19, '01a224ec-a174-7db9-9ea3-a64897e2360d', 'quxiang.registry.organisation.v1', '10001', 7, 'quxiang.organisation.changed', '10001', NULL, '2026-11-29 01:30:17.282004+00', '{"code": "081001", "name": "土木工程", "state": "active", "name_en": null, "unit_kind": "major", "decided_on": null, "major_code": null, "recorded_at": "2026-11-29T01:30:17.282004Z", "school_code": "10001", "college_code": "C03", "province_code": null, "changed_fields": ["name", "state", "college_code"]}', 'c932b4df74364f1b94713689e88be39f', NULL, 19),
	(20, '01a224ec-a1f1-7739-a708-9f799626b5bc', 'quxiang.registry.graduate.v1', '2f30faa0-8617-4517-9913-c1914a7f5d91', 1, 'quxiang.graduate.registered', '10001', '2025-09-01', '2026-11-29 01:30:17.399027+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "1", "class_code": null, "decided_on": "2025-09-01", "major_code": "120203", "study_form": null, "graduate_id": "2f30faa0-8617-4517-9913-c1914a7f5d91", "recorded_at": "2026-11-29T01:30:17.399027+00:00", "school_code": "10001", "college_code": "C04", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "410102", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', 'c932b4df74364f1b94713689e88be39f', NULL, 20),
	(21, '01a224ec-a1f1-7840-9f70-1f2b79fee962', 'quxiang.registry.graduate.v1', '0342a92b-3315-4de0-bc08-7ba980284aaf', 1, 'quxiang.graduate.registered', '10001', '2025-09-01', '2026-11-29 01:30:17.399081+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "2", "class_code": null, "decided_on": "2025-09-01", "major_code": "080202", "study_form": null, "graduate_id": "0342a92b-3315-4de0-bc08-7ba980284aaf", "recorded_at": "2026-11-29T01:30:17.399081+00:00", "school_code": "10001", "college_code": "C02", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "610113", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', 'c932b4df74364f1b94713689e88be39f', NULL, 21),
	(22, '01a224ec-a1f1-7881-9880-421e119ca635', 'quxiang.registry.graduate.v1', '737b083e-4f5a-4a57-9273-56bc07743b03', 1, 'quxiang.graduate.registered', '10001', '2025-09-01', '2026-11-29 01:30:17.399091+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "1", "class_code": null, "decided_on": "2025-09-01", "major_code": "080202", "study_form": null, "graduate_id": "737b083e-4f5a-4a57-9273-56bc07743b03", "recorded_at": "2026-11-29T01:30:17.399091+00:00", "school_code": "10001", "college_code": "C02", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "410102", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', 'c932b4df74364f1b94713689e88be39f', NULL, 22),
	(23, '01a224ec-a1f1-79ab-9182-dcf57bca3209', 'quxiang.registry.graduate.v1', '9bce45e8-f31d-42cb-ab4e-796eaaa23a63', 1, 'quxiang.graduate.registered', '10001', '2025-09-01', '2026-11-29 01:30:17.399097+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "2", "class_code": null, "decided_on": "2025-09-01", "major_code": "080202", "study_form": null, "graduate_id": "9bce45e8-f31d-42cb-ab4e-796eaaa23a63", "recorded_at": "2026-11-29T01:30:17.399097+00:00", "school_code": "10001", "college_code": "C02", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "130102", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', 'c932b4df74364f1b94713689e88be39f', NULL, 23),
	(24, '01a224ec-a1f1-79ef-9164-52c124ec23da', 'quxiang.registry.graduate.v1', 'cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad', 1, 'quxiang.graduate.registered', '10001', '2025-09-01', '2026-11-29 01:30:17.399102+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "1", "class_code": null, "decided_on": "2025-09-01", "major_code": "080202", "study_form": null, "graduate_id": "cd33fd5a-cb7d-4374-94bb-becb0e6ef2ad", "recorded_at": "2026-11-29T01:30:17.399102+00:00", "school_code": "10001", "college_code": "C02", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "370102", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', 'c932b4df74364f1b94713689e88be39f', NULL, 24),
	(25, '01a224ec-a1f1-7a1b-8be7-0b3cc5908eb8', 'quxiang.registry.graduate.v1', 'dd367f96-0431-46d5-9151-b19a4379b25d', 1, 'quxiang.graduate.registered', '10001', '2025-09-01', '2026-11-29 01:30:17.399108+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "2", "class_code": null, "decided_on": "2025-09-01", "major_code": "080202", "study_form": null, "graduate_id": "dd367f96-0431-46d5-9151-b19a4379b25d", "recorded_at": "2026-11-29T01:30:17.399108+00:00", "school_code": "10001", "college_code": "C02", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "610113", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', 'c932b4df74364f1b94713689e88be39f', NULL, 25),
	(26, '01a224ec-a1f1-7a44-91d0-d553329615b7', 'quxiang.registry.graduate.v1', '82587726-11de-4e7e-a198-f730c907c3e5', 1, 'quxiang.graduate.registered', '10001', '2025-09-01', '2026-11-29 01:30:17.399113+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "1", "class_code": null, "decided_on": "2025-09-01", "major_code": "120203", "study_form": null, "graduate_id": "82587726-11de-4e7e-a198-f730c907c3e5", "recorded_at": "2026-11-29T01:30:17.399113+00:00", "school_code": "10001", "college_code": "C04", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "610113", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', 'c932b4df74364f1b94713689e88be39f', NULL, 26),
	(27, '01a224ec-a1f1-7a75-8bdf-760a0e98d68e', 'quxiang.registry.graduate.v1', '1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14', 1, 'quxiang.graduate.registered', '10001', '2025-09-01', '2026-11-29 01:30:17.399118+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "2", "class_code": null, "decided_on": "2025-09-01", "major_code": "120203", "study_form": null, "graduate_id": "1b8b462f-654d-4d69-9c8b-b7ff5c3f9c14", "recorded_at": "2026-11-29T01:30:17.399118+00:00", "school_code": "10001", "college_code": "C04", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "340102", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', 'c932b4df74364f1b94713689e88be39f', NULL, 27),
	(28, '01a224ec-a1f1-7a9f-9501-e8e3362d2bbe', 'quxiang.registry.graduate.v1', 'b6f51f60-0fd0-4765-b695-3d564c649c91', 1, 'quxiang.graduate.registered', '10001', '2025-09-01', '2026-11-29 01:30:17.399123+00', '{"cohort": 2026, "status": "registered", "version": 1, "sex_code": "1", "class_code": null, "decided_on": "2025-09-01", "major_code": "081001", "study_form": null, "graduate_id": "b6f51f60-0fd0-4765-b695-3d564c649c91", "recorded_at": "2026-11-29T01:30:17.399123+00:00", "school_code": "10001", "college_code": "C03", "hardship_code": "0", "changed_fields": ["student_number", "name", "exam_number", "citizen_id", "phone", "college_code", "major_code", "sex_code", "ethnicity_code", "political_status_code", "education_level_code", "origin_place_code", "urban_rural", "training_mode_code", "teacher_training_code", "hardship_code", "enrolled_on", "graduated_on", "duration_years", "status"], "ethnicity_code": "01", "origin_place_code": "410302", "training_mode_code": "1", "education_level_code": "31", "teacher_training_code": "2"}', 'c932b4df74364f1b94713689e88be39f', NULL, 28);
INSERT INTO public.relay_state VALUES
	(1, 29, 29);
INSERT INTO public.schools VALUES
	('10002', '210000', '示例师范学院', 'Example Normal College', 'active', 1, '2026-11-29 01:30:15.213764+00', 6),
	('10001', '410000', '示例理工大学', 'Example University of Technology', 'active', 1, '2026-11-29 01:30:15.197041+00', 8);
SELECT pg_catalog.setval('public.outbox_id_seq', 29, true);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT pk_audit_entries PRIMARY KEY (id);
ALTER TABLE ONLY public.classes
    ADD CONSTRAINT pk_classes PRIMARY KEY (school_code, code);
ALTER TABLE ONLY public.colleges
    ADD CONSTRAINT pk_colleges PRIMARY KEY (school_code, code);
ALTER TABLE ONLY public.graduate_versions
    ADD CONSTRAINT pk_graduate_versions PRIMARY KEY (graduate_id, version);
ALTER TABLE ONLY public.graduates
    ADD CONSTRAINT pk_graduates PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT pk_idempotency_keys PRIMARY KEY (subject, method, path, key);
ALTER TABLE ONLY public.majors
    ADD CONSTRAINT pk_majors PRIMARY KEY (school_code, code);
ALTER TABLE ONLY public.operation_chunks
    ADD CONSTRAINT pk_operation_chunks PRIMARY KEY (operation_id, chunk_no);
ALTER TABLE ONLY public.operations
    ADD CONSTRAINT pk_operations PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);
ALTER TABLE ONLY public.relay_state
    ADD CONSTRAINT pk_relay_state PRIMARY KEY (id);
ALTER TABLE ONLY public.schools
    ADD CONSTRAINT pk_schools PRIMARY KEY (code);
ALTER TABLE ONLY public.upload_chunks
    ADD CONSTRAINT pk_upload_chunks PRIMARY KEY (operation_id, index);
ALTER TABLE ONLY public.graduates
    ADD CONSTRAINT uq_graduates_school_code_cohort_citizen_id_index UNIQUE (school_code, cohort, citizen_id_index);
ALTER TABLE ONLY public.graduates
    ADD CONSTRAINT uq_graduates_school_code_cohort_student_number UNIQUE (school_code, cohort, student_number);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT uq_outbox_topic_key_sequence UNIQUE (topic, key, sequence);
CREATE INDEX ix_audit_entries_object ON public.audit_entries USING btree (object_kind, object_id);
CREATE INDEX ix_audit_entries_school_recorded ON public.audit_entries USING btree (school_code, recorded_at);
CREATE INDEX ix_graduates_exam_number ON public.graduates USING btree (school_code, cohort, exam_number);
CREATE INDEX ix_graduates_name ON public.graduates USING btree (school_code, name_index);
CREATE INDEX ix_graduates_order ON public.graduates USING btree (school_code, cohort, id);
CREATE INDEX ix_idempotency_keys_stored_at ON public.idempotency_keys USING btree (stored_at);
CREATE INDEX ix_operations_expires_at ON public.operations USING btree (expires_at);
CREATE INDEX ix_operations_open ON public.operations USING btree (id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX ix_outbox_school_position ON public.outbox USING btree (school_code, "position");
CREATE INDEX ix_outbox_unnumbered ON public.outbox USING btree (id) WHERE ("position" IS NULL);
CREATE UNIQUE INDEX uq_outbox_position ON public.outbox USING btree ("position");
ALTER TABLE ONLY public.classes
    ADD CONSTRAINT fk_classes_school_code_college_code_colleges FOREIGN KEY (school_code, college_code) REFERENCES public.colleges(school_code, code);
ALTER TABLE ONLY public.classes
    ADD CONSTRAINT fk_classes_school_code_major_code_majors FOREIGN KEY (school_code, major_code) REFERENCES public.majors(school_code, code);
ALTER TABLE ONLY public.classes
    ADD CONSTRAINT fk_classes_school_code_schools FOREIGN KEY (school_code) REFERENCES public.schools(code);
ALTER TABLE ONLY public.colleges
    ADD CONSTRAINT fk_colleges_school_code_schools FOREIGN KEY (school_code) REFERENCES public.schools(code);
ALTER TABLE ONLY public.graduate_versions
    ADD CONSTRAINT fk_graduate_versions_graduate_id_graduates FOREIGN KEY (graduate_id) REFERENCES public.graduates(id);
ALTER TABLE ONLY public.graduates
    ADD CONSTRAINT fk_graduates_school_code_schools FOREIGN KEY (school_code) REFERENCES public.schools(code);
ALTER TABLE ONLY public.majors
    ADD CONSTRAINT fk_majors_school_code_college_code_colleges FOREIGN KEY (school_code, college_code) REFERENCES public.colleges(school_code, code);
ALTER TABLE ONLY public.majors
    ADD CONSTRAINT fk_majors_school_code_schools FOREIGN KEY (school_code) REFERENCES public.schools(code);
ALTER TABLE ONLY public.operation_chunks
    ADD CONSTRAINT fk_operation_chunks_operation_id_operations FOREIGN KEY (operation_id) REFERENCES public.operations(id) ON DELETE CASCADE;
ALTER TABLE ONLY public.upload_chunks
    ADD CONSTRAINT fk_upload_chunks_operation_id_operations FOREIGN KEY (operation_id) REFERENCES public.operations(id) ON DELETE CASCADE;
