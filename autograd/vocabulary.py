"""The vocabulary: words of PyTorch, Keras, JAX, HIPS autograd, micrograd, scikit-learn and NumPy, and what is here.

Data alone. A place is a module, which has names; a Value ``v``, a compiled function ``f``, a network ``net``, ...,
which have attributes; or, with brackets behind the name, a function that has keyword arguments.
`tests/test_words.py` holds every answer to what there is.
"""

from __future__ import annotations

from .argument_words import ALWAYS_COMPILED, OF_ARGUMENTS, RECORDS

_VALUE = "autograd.Value(number), one for each number"
_ARRAYS = "lists of autograd.Value, or autograd.compile, which runs a function of one sample over arrays"
_HIPS = (
    "NumPy itself: np.exp(v) and arrays of Values work; HIPS autograd, which has autograd.numpy, is another package of "
    "this name and needs an environment of its own"
)
_TAPE = "nothing in its place: Values record by themselves; write autograd.gradient(cost, [w, b])"
_COMPILE = "autograd.compile, which runs a function of one sample over a batch"
_OWN_LAYER = "a class of your own on nn.Module, which computes it in Values"
_LAYER = "nn.Layer, or nn.MLP([inputs, neurons, outputs]) for all layers"
_SQUARED = "nn.squared_error"
_CROSS = 'nn.cross_entropy, of the outputs of nn.MLP(sizes, output="linear") or "softmax"'
_BINARY = "nn.binary_cross_entropy of a sigmoid's output, which is computed from its z"
_NO_BATCH = (
    "nn.LayerNorm, for a network is a function of one sample and does not see the others of its batch, whose mean and "
    "variance a BatchNorm takes"
)
_BATCHES = "arrays: nn.fit(net, X, Y, batch_size=10) shuffles them and takes batches"
_FUNCTIONS = "the functions of autograd, such as autograd.relu and autograd.softmax"
_OPTIMISERS = "nn.SGD or nn.Adam"
_CLIPPED = "nn.SGD(0.5, clip_norm=1.0), as any optimiser takes it"
_SCHEDULE = "a function of the epoch as learning_rate, such as nn.cosine(0.5, epochs=20) or nn.step_decay"
_OWN_RULE = "nn.SGD, nn.Adam, or a rule of your own in a subclass of nn.Optimiser"
_SEED = "the seed of what draws: nn.MLP(sizes, seed=0), nn.fit(net, X, Y, seed=0)"
_DETACH = "autograd.detach(v), or `with autograd.no_grad():` for a block"
_FIT = "nn.fit(net, X, Y), which trains"
_DRAW = "autograd.draw(v)"
_NUMBER = "v.data"
_SCALAR = "nothing in its place: a Value is one number"
_ONE_NUMBER = "a list of Values: a Value is one number, autograd.total(values) and autograd.mean(values) take several"
_NO_DEVICE = 'backend="jax" in autograd.compile or nn.fit; a Value is a number in Python'
_WEIGHTS = "net.layers[0].weights, or net.state_dict() for all"
_ACCURACY = "nn.accuracy(net, X, digits)"


_OWN_COST = "a function of your own, cost(outputs, targets) of one sample, written in Values"
_CLASSES = "whole numbers as Y, with cost=nn.cross_entropy in nn.fit"
_SIX = "autograd.clip(v, 0.0, 6.0)"


def _activation(name: str) -> str:
    return f'activation="{name}" in nn.MLP and nn.Layer, or autograd.{name} of a Value'


_SAID: dict[str, dict[str, str]] = {
    "autograd": {
        _VALUE: "Tensor tensor Variable Parameter Scalar Var Node Number",
        _ARRAYS: "array asarray from_numpy np jnp stack concatenate ones randn cumsum",
        _HIPS: "numpy scipy extend misc",
        _COMPILE: "jit vmap pmap function vectorize",
        _TAPE: "GradientTape Tape tape",
        _DETACH: "stop_gradient inference_mode no_record constant",
        "autograd.no_grad() around what shall not be recorded": "enable_grad set_grad_enabled",
        _FUNCTIONS: "functional nn F",
        _DRAW: "draw_dot make_dot visualize visualise plot trace",
        "autograd.operation(name, rule, partials), for an operation of your own": (
            "primitive defvjp defjvp defgrad custom_vjp custom_jvp custom_gradient Function register"
        ),
        "autograd.vjp(f, *primals)": "make_vjp linear_transpose linearize",
        "autograd.jvp(f, primals, tangents)": "make_jvp",
        "autograd.jacobian(f)": "jacrev jacfwd",
        "autograd.hvp(f, (x,), (v,))": "hessian_vector_product make_hvp vhp",
        "autograd.grad(f, argnums=(0, 1))": "multigrad multigrad_dict",
        "autograd.compile(autograd.grad(f)), which takes a batch of arguments": "elementwise_grad egrad derivative",
        "autograd.value_and_grad": "grad_and_value value_and_gradient grad_and_aux",
        "autograd.check_gradient(f, at=[...])": "gradcheck check_grads checkgrad grad_check",
        "`with autograd.anomalies():` around the code": "detect_anomaly set_detect_anomaly debug_nans",
        _SEED: "manual_seed seed random",
        "it in nn: `import nn`": "Adam SGD MLP Layer Neuron Module fit",
        "autograd.sigmoid": "expit logistic Sigmoid",
        "autograd.weighted_sum(weights, activations, bias)": "matmul einsum linear",
        "operators, such as a + b": "add sub subtract mul multiply div divide true_divide neg",
        "autograd.where(v > 0, 1.0, 0.0)": "heaviside",
        "autograd.copysign(1.0, v)": "sign sgn",
        "autograd.asin": "arcsin",
        "autograd.acos": "arccos",
        "autograd.atan": "arctan",
        "autograd.atan2": "arctan2",
        "autograd.asinh": "arcsinh",
        "autograd.acosh": "arccosh",
        "autograd.atanh": "arctanh",
        "autograd.log": "ln",
        "autograd.lgamma": "gammaln loggamma",
        "autograd.digamma": "psi polygamma",
        "a // b": "floor_divide",
        "autograd.prod(values)": "product",
        "autograd.norm(values)": "linalg vector_norm",
        "autograd.logsumexp": "lse log_sum_exp",
        "autograd.silu": "swish Swish SiLU",
        "v * autograd.tanh(autograd.softplus(v))": "mish",
        "v * autograd.hard_sigmoid(v)": "hardswish hard_swish",
        "autograd.log(v / (1 - v))": "logit",
        "1 / autograd.sqrt(v)": "rsqrt",
        "autograd.clip(v, low, high)": "clamp clamp_ clip_by_value",
        "autograd.mod(a, b)": "fmod remainder",
        "autograd.floor or autograd.ceil": "trunc fix",
        "autograd.round_, or Python's round(v, 2) for a float": "round rint",
        "autograd.dot(a, b)": "inner vdot dot_product",
        "autograd.variance(values)": "var",
        "autograd.sqrt(autograd.variance(values))": "std",
        "autograd.mean(values)": "average",
        "max(range(len(values)), key=values.__getitem__)": "argmax",
        "autograd.where(condition, a, b), or Python's if": "select cond ifelse if_else",
        "a loop of Python, which autograd.compile takes": "scan while_loop fori_loop",
        "-autograd.softplus(-v)": "log_sigmoid logsigmoid",
        _SIX: "relu6",
        "autograd.clip(v, -1.0, 1.0)": "hard_tanh hardtanh",
        "autograd.total(values)": "sum",
        "autograd.maximum(a, b), or Python's max": "max",
        "autograd.minimum(a, b), or Python's min": "min",
        "a ** b": "pow power float_power",
        "Python's abs(v)": "abs fabs",
        "v.backward() of the output": "backward",
        "v.zero_grad() of each, or net.zero_grad()": "zero_grad",
        _BINARY: "sigmoid_cross_entropy",
        _CROSS: "cross_entropy",
    },
    "nn": {
        _activation("relu"): "ReLU Activation",
        _activation("sigmoid"): "Sigmoid",
        _activation("tanh"): "Tanh",
        'activation="linear" in nn.MLP and nn.Layer': "Identity",
        'output="softmax" in nn.MLP, or autograd.softmax': "Softmax LogSoftmax",
        _SIX: "relu6 ReLU6",
        _activation("softplus"): "Softplus",
        _activation("leaky_relu"): "LeakyReLU PReLU",
        _activation("elu"): "ELU SELU CELU",
        _activation("gelu"): "GELU",
        _activation("silu"): "SiLU Swish swish",
        _activation("softsign"): "Softsign",
        _activation("hard_sigmoid"): "Hardsigmoid HardSigmoid",
        _LAYER: "Linear Dense FullyConnected Affine",
        "nn.MLP([inputs, hidden, outputs])": "Perceptron NeuralNetwork Network Net FeedForward",
        "nn.Module, or nn.MLP for a network of layers": "Model",
        "autograd.Value(number) as an attribute of an nn.Module": "Parameter Param",
        "a list or dict as an attribute of an nn.Module": "ModuleList ParameterList ModuleDict",
        _VALUE: "Tensor tensor Variable",
        _OWN_LAYER: (
            "Conv1d Conv2d Conv2D MaxPool2d MaxPooling2D AvgPool2d RNN LSTM GRU Transformer MultiheadAttention "
            "Attention"
        ),
        "a table of Values as an attribute of an nn.Module: table[i] is the row of an integer input": "Embedding",
        "X.reshape(len(X), -1): a network takes a row of numbers for each sample": "Flatten",
        "nn.LayerNorm": "GroupNorm InstanceNorm RMSNorm",
        _NO_BATCH: "BatchNorm BatchNorm1d BatchNorm2d BatchNormalization",
        _CROSS: (
            "CrossEntropyLoss NLLLoss nll_loss categorical_crossentropy CategoricalCrossentropy log_loss "
            "sparse_categorical_crossentropy SparseCategoricalCrossentropy softmax_cross_entropy "
            "softmax_cross_entropy_with_logits"
        ),
        _BINARY: (
            "BCELoss BCEWithLogitsLoss binary_crossentropy BinaryCrossentropy sigmoid_cross_entropy "
            "sigmoid_binary_cross_entropy binary_cross_entropy_with_logits"
        ),
        _SQUARED: "MSELoss mse mse_loss MSE mean_squared_error l2_loss MeanSquaredError",
        "nn.absolute_error": "L1Loss l1_loss mae MAE mean_absolute_error MeanAbsoluteError",
        "nn.huber": "HuberLoss huber_loss SmoothL1Loss smooth_l1_loss",
        _OWN_COST: (
            "KLDivLoss kl_div PoissonNLLLoss HingeEmbeddingLoss MultiMarginLoss TripletMarginLoss CTCLoss hinge"
        ),
        _CLASSES: "one_hot to_categorical",
        _BATCHES: "DataLoader Dataset TensorDataset dataloader",
        _FUNCTIONS: "functional F",
        _OPTIMISERS: "optim optimizers optimiser",
        "nn.Optimiser": "Optimizer",
        _SCHEDULE: "lr_scheduler LRScheduler LambdaLR StepLR ExponentialLR CosineAnnealingLR ReduceLROnPlateau",
        _CLIPPED: "clip_grad_norm_ clip_grad_norm clip_by_norm clip_grad_value_ clip",
        "nn.SGD": "GradientDescent sgd StochasticGradientDescent",
        "nn.SGD(0.5, momentum=0.9)": "Momentum momentum",
        _OWN_RULE: "NAdam AMSGrad Rprop Adagrad Adadelta Adamax LBFGS Lion Ftrl",
        'initialiser="xavier" in nn.MLP': (
            "init initializers initializer xavier_uniform_ xavier_normal_ glorot_uniform he_normal kaiming_normal_ "
            "kaiming_uniform_"
        ),
        "nn.squared_error, nn.cross_entropy or nn.binary_cross_entropy": "losses loss criterion",
        "the sizes of nn.MLP([inputs, neurons, outputs])": "Input InputLayer",
        "validation=0.2 in nn.fit, the share to hold out": "train_test_split",
        "nn.fit(net, X, Y)": "train Trainer train_loop",
        _ACCURACY: "evaluate score accuracy_score metrics",
        "nn.r_squared": "r2 r2_score R2Score",
        "nn.Classifier(hidden=(30,))": "MLPClassifier KerasClassifier NeuralNetClassifier",
        "nn.Regressor(hidden=(30,))": "MLPRegressor KerasRegressor NeuralNetRegressor",
        "a function, nn.fit(net, X, Y, callbacks=[function])": "Callback LambdaCallback",
        "net.predict(X)": "predict",
        'net.save("net.npz")': "save",
        "nn.fit(net, X, Y, checkpoint=path)": "ModelCheckpoint checkpoint",
        _SEED: "manual_seed set_seed seed",
    },
    "v": {
        _NUMBER: "value val number tensor numpy tolist array scalar",
        "v.grad, after backward()": "gradient grads gradients adjoint derivative",
        RECORDS: "requires_grad requires_grad_ trainable",
        "v.primitive, what computed it": "grad_fn op operation is_leaf",
        "v.operands": "children parents inputs prev args",
        _NO_DEVICE: "cpu cuda to device",
        _SCALAR: "shape ndim size dtype T reshape view flatten squeeze unsqueeze transpose astype",
        _ONE_NUMBER: "sum mean max min prod dot matmul mm argmax",
        "an operator, such as a + b": "add sub mul div",
        "v.clip(low, high)": "clamp",
        "v.arcsin(), as np.arcsin(v) has it": "asin",
        "v.arccos(), as np.arccos(v) has it": "acos",
        "v.arctan(), as np.arctan(v) has it": "atan",
        "v.arctan2(w), as np.arctan2(v, w) has it": "atan2",
        "v.arcsinh(), as np.arcsinh(v) has it": "asinh",
        "v.arccosh(), as np.arccosh(v) has it": "acosh",
        "v.arctanh(), as np.arctanh(v) has it": "atanh",
        "np.floor(v), np.ceil(v) or np.trunc(v)": "floor ceil trunc",
        "v ** n": "pow",
        "abs(v)": "abs",
        "-v": "neg",
        "v.label": "name",
        "copy.copy(v)": "clone copy",
        "nothing in its place: v.backward() leaves every value its v.grad": "retain_grad register_hook",
        "v.zero_grad()": "zero_grad_ zero_",
        "v.detach()": "detach_ stop_gradient",
        _DRAW: "draw plot draw_dot graph",
        "v.data = number, of a leaf": "assign set fill_ copy_ assign_sub sub_",
        "v.backward()": "backprop back",
    },
    "f": {
        "f.gradient(X, Y), the mean cost and its gradient": "grad value_and_grad gradients vjp",
        "f(X, Y), with the batch first": "forward apply run predict evaluate",
        "f.parameters": "params weights variables trainable_variables",
        "f.plan, after the first call": "graph jaxpr ir lower program as_text",
        "f.source, after the first call": "code inspect",
        ALWAYS_COMPILED: "jit compile",
        "f(X, Y): it takes batches already": "vmap map batch",
        'autograd.compile(function, backend="jax")': "to cuda cpu",
        "v.zero_grad() for each of f.parameters": "zero_grad",
    },
    "net": {
        "net(x) of one sample, or net.predict(X)": "forward call feedforward feed_forward",
        "net.predict(X)": "predict_classes predict_on_batch transform",
        _FIT: "train_on_batch fit partial_fit",
        "nn.fit(net, X, Y, cost=nn.squared_error, optimiser=nn.SGD(0.5)), which compiles": "compile",
        _ACCURACY: "evaluate score accuracy",
        _WEIGHTS: "get_weights coefs_ intercepts_",
        "net.parameters()": "params trainable_variables trainable_weights variables",
        "net.named_parameters()": "named_params parameter_names",
        "net.named_modules()": "modules children named_children",
        'net.load_state_dict(state), or nn.load("net.npz")': "set_weights load_weights load",
        'net.save("net.npz")': "save_weights dump",
        _NO_DEVICE: "cpu cuda to",
        "nothing in its place: the numbers of a Value are float64": "double half",
        "nn.fit(net, X, Y, parameters=[...]) with those that shall learn": (
            "requires_grad requires_grad_ trainable freeze unfreeze"
        ),
        "v.backward() of a cost of net(x)": "backward backprop",
        "optimiser.step(net.parameters())": "step update",
        "len(net.parameters())": "count_params num_params n_params",
        "nothing in its place: nn.fit draws noise such as that of nn.Dropout, net.predict(X) and net(x) do not": (
            "train eval training"
        ),
    },
    "mlp": {
        "mlp.layers[0].weights, of each layer, or mlp.state_dict() for all": "weights weight W kernel",
        "mlp.layers[0].biases, of each layer, or mlp.state_dict() for all": "biases bias b",
        "mlp.layers[-1]": "layer out output_layer",
        "mlp.sizes": "shape in_features out_features input_size output_size n_layers",
    },
    "layer": {
        "layer.weights, shape (neurons, inputs)": "weight W w kernel",
        "layer.biases, shape (neurons,)": "bias b",
        "layer.weights.shape, (neurons, inputs)": "shape in_features out_features units nin nout",
        "layer.activation": "act function",
    },
    "neuron": {"neuron.weights": "weight W w", "neuron.bias": "biases b"},
    "optimiser": {
        "optimiser.learning_rate": "lr param_groups eta learning_rate_init",
        "net.zero_grad(), before the next backward pass": "zero_grad",
        "optimiser.step(net.parameters())": "minimize apply_gradients apply",
        "optimiser.state_of(net.parameters())": "state_dict get_state variables",
        "optimiser.restore(parameters, state, steps)": "load_state_dict set_state",
        "optimiser.steps": "iterations t",
    },
    "history": {
        "history.cost": "history loss losses train_loss costs loss_curve_",
        "history.validation_cost": "val_loss validation_loss val_cost",
        "history.validation_accuracy": "accuracy acc val_accuracy val_acc",
        "len(history.cost)": "epoch epochs n_iter_",
        "history.seconds": "time times duration",
        "history.learning_rate": "lr learning_rates lrs",
        "history.best_epoch": "best best_iteration best_loss_ best_score",
        "history.stopped": "stop_reason early_stopped",
        "pandas.DataFrame(history.to_dict())": "to_frame to_pandas df",
    },
    "model": {
        "model.network_.state_dict()": "coefs_ intercepts_ weights_ get_weights state_dict",
        "model.network_": "net network net_ module_ model_",
        "model.loss_curve_": "history history_ loss_ losses",
        "min(model.loss_curve_)": "best_loss_",
        "model.validation_curve_, of costs": "validation_scores_ best_validation_score_",
        "model.n_iter_": "t_ epochs_ n_epochs_",
        "model.network_.sizes": "n_layers_ n_outputs_",
        "model.network_.output": "out_activation_",
        "model.optimiser_": "optimizer_ solver_",
        "model.scaling_": "mean_ scale_ var_",
        "model.fit(X, y)": "train",
        "model.score(X, y)": "evaluate accuracy",
        "pickle.dump(model, file)": "save",
    },
    "drawing": {
        'drawing.save("tree.svg")': "render write savefig to_file pipe",
        "drawing.show()": "view display open plot",
        "drawing.source, in DOT": "dot graph digraph",
        'drawing.page(), or drawing.save("tree.html")': "html step animate interactive",
        "str(drawing)": "text ascii",
        'drawing.save("tree.svg"), or the last line of a notebook\'s cell': "svg",
    },
    "page": {
        'page.save("tree.html")': "render write savefig to_file export",
        'page.save("tree.html"), and open it in a browser': "show view display open",
        "str(page)": "text html source content",
    },
    "label": {
        "label.base": "name text letter",
        "str(label)": "unicode plain",
        "label.superscript": "sup upper layer",
        "label.subscript": "sub lower index",
        "label.latex": "tex",
    },
}
"""By place what is there, as it stands after "expected", and the words for it."""

WORDS = {
    place: {word: right for right, words in table.items() for word in words.split()}
    for place, table in (_SAID | OF_ARGUMENTS).items()
}
"""By place and word, what is there instead."""
