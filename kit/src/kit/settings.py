"""What a process reads from its environment: every name starts with `SC_`."""

from ipaddress import IPv4Network, IPv6Network

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The same for the five services. Tracing alone is set by the standard `OTEL_*` variables."""

    model_config = SettingsConfigDict(env_prefix="SC_", frozen=True)

    database_url: str
    access_database_url: str
    kafka: str
    topic_prefix: str = ""
    host: str = "127.0.0.1"
    port: int
    public_url: str
    service_key: SecretStr
    platform_key: SecretStr
    orientation_url: str
    inscription_url: str
    passerelle_url: str
    suivi_url: str
    indicateurs_url: str
    trace_url: str | None = None
    demo: bool = False
    webhook_networks: list[IPv4Network | IPv6Network] = []
