"""Shapes of the dashboard's figures and of what it filters by."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.jobs.upkeep.courses import COURSES


class OverviewQuerySchema(Schema):
    """Whose figures, and over what time."""

    scope = fields.String(
        load_default="own",
        validate=validate.OneOf(("own", "all")),
        metadata={"description": "all: everybody's, for staff."},
    )
    span = fields.String(
        load_default="hour",
        validate=validate.OneOf(tuple(COURSES)),
        metadata={"description": "The points: the last hour by minutes, day by hours, 30 days by days."},
    )
    day = fields.AwareDateTime(
        load_default=None, metadata={"description": "When today began for the reader; default: midnight UTC."}
    )


class PointSchema(Schema):
    """One step of a course."""

    at = fields.AwareDateTime(required=True, metadata={"description": "Where the step begins."})
    value = fields.Float(required=True, allow_none=True)


class FigureSchema(Schema):
    """A figure now, and its course."""

    value = fields.Float(required=True, allow_none=True)
    at_least = fields.Boolean(required=True, metadata={"description": "There are more than were counted."})
    points = fields.List(fields.Nested(PointSchema), required=True)


class OverviewSchema(Schema):
    """The four figures that move."""

    scope = fields.String(required=True)
    span = fields.String(required=True)
    workers = fields.Integer(
        required=True,
        metadata={"description": "Live workers of the installation. With none, nothing starts until one comes."},
    )
    running = fields.Nested(FigureSchema, required=True)
    waiting = fields.Nested(FigureSchema, required=True)
    failed_today = fields.Nested(FigureSchema, required=True)
    usual_wait = fields.Nested(FigureSchema, required=True, metadata={"description": "Seconds, the median."})


class FacetsQuerySchema(Schema):
    """Of whose jobs."""

    scope = fields.String(load_default="own", validate=validate.OneOf(("own", "all")))


class JobTypeSchema(Schema):
    """A job type that this version knows."""

    name = fields.String(required=True)
    queue = fields.String(required=True)
    access = fields.String(
        required=True, metadata={"description": "everybody, staff, or internal: made by the application."}
    )


class FacetsSchema(Schema):
    """What there is to filter by."""

    types = fields.List(fields.Nested(JobTypeSchema), required=True)
    queues = fields.List(fields.String(), required=True)
    tags = fields.List(
        fields.String(), required=True, metadata={"description": "Of the last jobs, the most frequent first."}
    )
    error_codes = fields.List(fields.String(), required=True)
