# An image for nodes of Ray: docker build -t registry.example.org/skant-ray:0.1.0 -f docs/fleet/ray.Dockerfile docs/fleet
FROM rayproject/ray:2.60.0-py312
USER root
RUN apt-get update && apt-get install -y --no-install-recommends git ca-certificates openssh-client \
    && rm -rf /var/lib/apt/lists/*
USER ray
# The Ray of the image stays: all nodes need one version.
RUN pip install --no-cache-dir 'skant[ray]==0.1.0' ray==2.60.0
