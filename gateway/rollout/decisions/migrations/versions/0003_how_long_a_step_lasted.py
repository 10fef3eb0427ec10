"""Keep how long a step has lasted while domain served; one that is under way begins anew."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for name in ("step_since", "lasted"):
        column = sa.Column(name, sa.Float, nullable=False, server_default="0")
        op.add_column("stages", column)


def downgrade() -> None:
    raise NotImplementedError("the tables hold data: restore a backup instead")
