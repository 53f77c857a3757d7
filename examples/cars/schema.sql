-- The car rental. May be applied again and again.

CREATE TABLE IF NOT EXISTS car (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  registration text NOT NULL UNIQUE CHECK (length(registration) BETWEEN 1 AND 20),
  make         text NOT NULL CHECK (length(make) BETWEEN 1 AND 64),
  model        text NOT NULL CHECK (length(model) BETWEEN 1 AND 64),
  colour       text NOT NULL CHECK (length(colour) BETWEEN 1 AND 64),
  capacity     integer NOT NULL CHECK (capacity BETWEEN 1 AND 100)
);

CREATE TABLE IF NOT EXISTS booking (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  username         text NOT NULL CHECK (length(username) BETWEEN 1 AND 64),
  car_registration text NOT NULL REFERENCES car (registration),
  pickup           timestamptz NOT NULL,
  drop_off         timestamptz NOT NULL,
  title            text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  description      text NOT NULL CHECK (length(description) <= 2000),
  status           text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'approved')),
  CHECK (pickup < drop_off),
  -- Sending the same booking twice is one booking.
  UNIQUE (username, car_registration, pickup, drop_off, title)
);

CREATE INDEX IF NOT EXISTS booking_approved
  ON booking (car_registration, pickup, drop_off) WHERE status = 'approved';

-- What the visitor looks at.
INSERT INTO car (registration, make, model, colour, capacity) VALUES
  ('DEMO-1', 'Seat', 'Ibiza', 'red', 5),
  ('DEMO-2', 'Fiat', 'Panda', 'green', 4),
  ('DEMO-3', 'Volkswagen', 'Transporter', 'white', 9)
ON CONFLICT DO NOTHING;
