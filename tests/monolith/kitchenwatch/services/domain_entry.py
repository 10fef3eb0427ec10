"""The rewrite of the camera part, as far as it got: entries in its own shape."""

import random
from typing import Annotated

from fastapi import Depends, Query

from kitchenwatch.clock import utcnow
from kitchenwatch.config import settings
from kitchenwatch.services.camera_config import Camera
from kitchenwatch.services.request_figures import figures


def uses_domain(force_domain: Annotated[bool | None, Query()] = None) -> bool:
    """Is this request one for the rewrite?"""
    figures.domain_used += force_domain is True
    if force_domain is not None:
        return force_domain
    return settings.use_domain_service and random.random() * 100 < settings.rollout_percent


UsesDomain = Annotated[bool, Depends(uses_domain)]


def rewritten(camera: Camera) -> Camera:
    """Return an entry as the rewrite stores it."""
    now = f"{utcnow().isoformat()}+00:00"
    shape = {"location": "unknown", "status": "inactive", "camera_type": "fixed", "metadata": {}}
    return {**shape, "created_at": now, **camera, "updated_at": now}
